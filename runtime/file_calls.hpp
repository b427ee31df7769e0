#pragma once

#include "runtime/file_job.hpp"
#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "runtime/loop_inbox.hpp"

#include <v8-context.h>
#include <v8-function-callback.h>
#include <v8-function.h>
#include <v8-persistent-handle.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

namespace troupe::js {

class environment;

/// Operations on files that a realm's JavaScript asks for (runtime/builtins/internal/fs.js):
/// at once, or on other threads (`work_pool`) with an answer later, in a turn with the limits of
/// the one that asked.
///
/// Threads:  the isolate's.
/// Lifetime: its realm's; answers that come later are dropped.
class file_calls {
public:
  file_calls(environment& owner, std::shared_ptr<loop_waker> waker);
  ~file_calls();

  file_calls(const file_calls&) = delete;
  file_calls& operator=(const file_calls&) = delete;

  void fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Object> to);

  /// Gives the answers that have come. @returns whether there were any.
  bool settle();

  [[nodiscard]] bool empty() const noexcept {
    return callbacks_.empty();
  }

private:
  using call = v8::FunctionCallbackInfo<v8::Value>;

  static void run(const call& info);
  static void kind_of(const call& info);
  void start(isolate_scope& here, file_job job, v8::Local<v8::Function> callback);
  void send(std::uint64_t id, std::shared_ptr<file_job> job);
  void answer(isolate_scope& here, v8::Local<v8::Context> context,
              v8::Local<v8::Function> callback, const file_job& job);

  /// What comes back from the thread that has run the job.
  struct answered {
    std::uint64_t id;
    std::shared_ptr<file_job> job;
  };

  struct waiting {
    v8::Global<v8::Function> callback;
    /// Runs it in a turn with the limits of the one that asked.
    std::function<void(function_ref<void(isolate_scope&, v8::Local<v8::Context>)>)> later;
    bool again = false; ///< There was no memory for it, and garbage was collected.
  };

  environment& owner_;
  std::shared_ptr<loop_inbox<answered>> inbox_;
  std::unordered_map<std::uint64_t, waiting> callbacks_;
  std::uint64_t last_id_ = 0;
};

} // namespace troupe::js
