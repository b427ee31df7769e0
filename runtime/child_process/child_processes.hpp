#pragma once

#include "runtime/child_process/child.hpp"
#include "runtime/event_loop.hpp"
#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "runtime/run_ledger.hpp"
#include "runtime/script_hooks.hpp"

#include <v8-context.h>
#include <v8-function-callback.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

namespace troupe::js {
class environment;
} // namespace troupe::js

namespace troupe::js::child_process {

/// The processes that a realm's JavaScript starts (runtime/builtins/internal/child_process.js):
/// by number, or waited for. Their pipes are among the realm's `net::sockets`. The end of one
/// is told in a turn with the limits of the one that started it; those of a request that is
/// stopped before it is answered are killed.
///
/// Threads:  the isolate's.
/// Lifetime: its realm's; all of them are killed with it.
class child_processes {
public:
  child_processes(environment& owner, event_loop& loop);
  ~child_processes();

  child_processes(const child_processes&) = delete;
  child_processes& operator=(const child_processes&) = delete;

  void fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Object> to);

  /// The request was stopped: kills what it has started.
  void cancel_of(request_id request);

  /// Does nothing here keep the context busy?
  [[nodiscard]] bool idle() const noexcept;

private:
  struct watch; // of a child's descriptor, a handle of libuv's

  using call = v8::FunctionCallbackInfo<v8::Value>;
  using body = function_ref<void(isolate_scope&, v8::Local<v8::Context>)>;
  using turn_maker = std::function<bool(body)>;

  enum class hook : std::uint8_t { exited, count };

  struct entry {
    child what;
    watch* watcher;
    turn_maker turns;
    request_id request = 0;
    bool refed = true;
  };

  static child_processes& self_of(const call& info);
  static void set_hooks(const call& info);
  static void spawn(const call& info);
  static void run_sync(const call& info);
  static void kill(const call& info);
  static void take_channel(const call& info);
  static void set_ref(const call& info);

  [[nodiscard]] entry* find(v8::Local<v8::Value> number);
  void ended(std::uint64_t id);

  environment& owner_;
  event_loop& loop_;
  std::unordered_map<std::uint64_t, entry> children_;
  std::uint64_t last_id_ = 0;
  script_hooks<hook> hooks_;
};

} // namespace troupe::js::child_process
