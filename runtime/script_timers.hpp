#pragma once

#include "runtime/event_loop.hpp"
#include "runtime/isolate.hpp"
#include "runtime/turn.hpp"

#include <v8-context.h>
#include <v8-function-callback.h>
#include <v8-persistent-handle.h>

#include <chrono>
#include <unordered_map>
#include <vector>

namespace troupe::js {

class environment;

/// `setTimeout`, `setInterval`, `clearTimeout` and `clearInterval` of one realm
/// (https://html.spec.whatwg.org/#timers).
///
/// A callback runs in a turn of its own, with the limits of the turn that set
/// the timer.
///
/// Threads:  the isolate's.
/// Lifetime: must end before isolate and loop.
class script_timers {
public:
  script_timers(environment& owner, event_loop& loop);
  ~script_timers();

  /// Puts the four functions on the realm's global.
  void install(isolate_scope& here, v8::Local<v8::Context> context);

  /// Cancels all timers.
  void clear();

  /// Cancels the timers that a request has set.
  void cancel_of(request_id request);

  /// Is there none that the context is kept busy by?
  [[nodiscard]] bool idle() const noexcept {
    return timers_.size() == unrefed_;
  }

  /// For built-ins: `start(callback, ms, repeats)` gives a number; `cancel(number)`;
  /// `setRef(number, keeps the context busy?)`.
  void fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Object> to);

private:
  struct timer {
    event_loop::timer_id handle = 0;
    bool repeats = false;
    bool refed = true;
    turn_spec limits;
    v8::Global<v8::Function> callback;
    v8::Global<v8::Array> arguments; // empty: none; V8 counts their memory
  };

  using entries = std::unordered_map<std::uint64_t, timer>;

  void set(const v8::FunctionCallbackInfo<v8::Value>& info, bool repeats);
  /// @returns its number; 0 with an exception pending.
  [[nodiscard]] std::uint64_t start(v8::Isolate* isolate, v8::Local<v8::Function> callback,
                                    std::chrono::milliseconds delay, bool repeats);
  [[nodiscard]] entries::iterator find(v8::Local<v8::Value> number);
  void forget(entries::iterator which);
  void fire(std::uint64_t id);
  static void set_timeout(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void set_interval(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void clear_one(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void start_one(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void set_ref(const v8::FunctionCallbackInfo<v8::Value>& info);

  environment& owner_;
  event_loop& loop_;
  entries timers_;
  std::size_t unrefed_ = 0;
  std::uint64_t last_id_ = 0;
};

} // namespace troupe::js
