#pragma once

#include "runtime/event_loop.hpp"
#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "runtime/loop_inbox.hpp"

#include <uv.h>
#include <v8-context.h>
#include <v8-function-callback.h>
#include <v8-function.h>
#include <v8-persistent-handle.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace troupe::js {

class environment;

/// What a script's `process.stdin` and `fs.readFileSync(0)` read: a descriptor of the host. A
/// pipe, a socket or a terminal is watched by the isolate's loop; anything else is read by
/// the work pool. What comes is told in a turn with the limits of the one that began to read.
///
/// Threads:  the isolate's.
/// Lifetime: its realm's. The descriptor stays open.
class script_input {
public:
  /// `descriptor`: -1 for none.
  script_input(environment& owner, event_loop& loop, int descriptor);
  ~script_input();

  script_input(const script_input&) = delete;
  script_input& operator=(const script_input&) = delete;

  void fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Object> to);

  /// Gives what the work pool has read. @returns whether there was anything.
  bool settle();

  /// Does it not keep the context busy?
  [[nodiscard]] bool idle() const noexcept {
    return !reading_ || !refed_;
  }

private:
  struct watched; // a handle of libuv's

  struct piece {
    std::string bytes;
    int status = 0; ///< 0, `UV_EOF`, or a negative errno.
  };

  using call = v8::FunctionCallbackInfo<v8::Value>;

  static script_input& self_of(const call& info);
  static void start(const call& info);
  static void stop(const call& info);
  static void set_ref(const call& info);
  static void read_all(const call& info);

  /// @returns 0 or a negative errno.
  [[nodiscard]] int begin();
  void read_in_pool();
  void came(std::span<const char> bytes, int status);

  environment& owner_;
  event_loop& loop_;
  const int descriptor_;
  bool open_ = false; // it is known how to read
  bool reading_ = false;
  bool refed_ = true;
  bool in_pool_ = false; // a piece is being read there
  piece kept_;           // read, while nobody wanted it
  bool has_kept_ = false;
  watched* handle_ = nullptr;
  std::function<bool(function_ref<void(isolate_scope&, v8::Local<v8::Context>)>)> turns_;
  std::shared_ptr<loop_inbox<piece>> inbox_;
  v8::Global<v8::Function> callback_;
};

} // namespace troupe::js
