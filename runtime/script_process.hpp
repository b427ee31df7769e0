#pragma once

#include "runtime/isolate.hpp"
#include "runtime/loop_inbox.hpp"
#include "runtime/script_hooks.hpp"
#include "runtime/script_input.hpp"
#include "troupe/process.hpp"

#include <v8-context.h>
#include <v8-exception.h>
#include <v8-function-callback.h>
#include <v8-function.h>
#include <v8-message.h>
#include <v8-persistent-handle.h>
#include <v8-promise.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>

namespace troupe::js {

class environment;

/// What the native side does for a script's `process` (runtime/builtins/internal/process.js):
/// the queue of `nextTick`, errors that nobody caught, signals, input, the end.
///
/// Threads:  the isolate's; signals come from any.
/// Lifetime: its realm's.
class script_process {
public:
  script_process(environment& owner, std::shared_ptr<const process_options> options,
                 event_loop& loop);
  ~script_process();

  script_process(const script_process&) = delete;
  script_process& operator=(const script_process&) = delete;

  void fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Object> to);

  // -- in a turn ---------------------------------------------------------------------

  [[nodiscard]] bool has_ticks() const noexcept {
    return has_ticks_;
  }

  /// Runs what `process.nextTick` has queued.
  void run_ticks(isolate_scope& here, v8::Local<v8::Context> context);

  /// An exception that nobody caught; `message` may be empty.
  /// @returns whether the script has dealt with it.
  [[nodiscard]] bool uncaught(isolate_scope& here, v8::Local<v8::Context> context,
                              v8::Local<v8::Value> thrown, v8::Local<v8::Message> message);

  /// A promise that was rejected and that nobody handles.
  [[nodiscard]] bool rejected(isolate_scope& here, v8::Local<v8::Context> context,
                              v8::Local<v8::Promise> promise, v8::Local<v8::Value> reason);

  /// One of those has a handler now.
  void handled_late(isolate_scope& here, v8::Local<v8::Promise> promise);

  // -- between turns ------------------------------------------------------------------

  /// Tells the script of signals and input that have come. @returns whether there were any.
  bool deliver();

  /// Does no input keep the context busy?
  [[nodiscard]] bool idle() const noexcept {
    return input_.idle();
  }

  /// Nothing is left to do: the script may find something ('beforeExit').
  void tell_idle();

private:
  enum class hook : std::uint8_t { ticks, uncaught, rejected, handled, signal, idle, count };

  using call = v8::FunctionCallbackInfo<v8::Value>;

  static script_process& self_of(const call& info);
  static void facts(const call& info);
  static void set_hooks(const call& info);
  static void tick_scheduled(const call& info);
  static void write(const call& info);
  static void exit(const call& info);
  static void report(const call& info);
  static void guard(const call& info);
  static void hrtime(const call& info);
  static void uptime(const call& info);
  static void memory_usage(const call& info);
  static void cpu_usage(const call& info);
  static void watch_signal(const call& info);
  static void kill(const call& info);
  static void describe(const call& info);
  static void collect_garbage(const call& info);
  static void run_microtasks(const call& info);

  [[nodiscard]] v8::MaybeLocal<v8::Value> tell(isolate_scope& here,
                                               v8::Local<v8::Context> context, hook which,
                                               std::initializer_list<v8::Local<v8::Value>> with);
  [[nodiscard]] bool deal_with(isolate_scope& here, v8::Local<v8::Context> context, hook which,
                               v8::Local<v8::Value> first, v8::Local<v8::Value> second,
                               v8::Local<v8::Message> message);

  environment& owner_;
  const std::shared_ptr<const process_options> options_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::shared_ptr<loop_inbox<int>> signals_;
  std::set<int> watched_;
  script_input input_;
  script_hooks<hook> hooks_;
  bool has_ticks_ = false;
};

} // namespace troupe::js
