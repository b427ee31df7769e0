#pragma once

#include "runtime/loop_inbox.hpp"
#include "runtime/turn.hpp"
#include "troupe/host_function.hpp"

#include <v8-context.h>
#include <v8-function-callback.h>
#include <v8-persistent-handle.h>
#include <v8-promise.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace troupe::js {

class environment;
class isolate_scope;

/// The host functions of one environment: makes script functions of them, and
/// settles the promises of those that answer later.
///
/// Threads:  the isolate's.
/// Lifetime: must end before the isolate; calls that have not answered are
///           cancelled.
class host_calls {
public:
  host_calls(environment& owner, std::shared_ptr<loop_waker> waker, std::size_t pending_max);
  ~host_calls();

  host_calls(const host_calls&) = delete;
  host_calls& operator=(const host_calls&) = delete;

  /// A script function. Empty with an exception pending when there is no memory.
  [[nodiscard]] v8::MaybeLocal<v8::Function> make_function(
    isolate_scope& here, v8::Local<v8::Context> context,
    std::shared_ptr<const detail::host_callable> callable);

  /// Settles the promises whose answers have come. @returns whether any had.
  bool settle_answered();

  /// Cancels the calls of one request; their promises are never settled.
  void cancel_of(request_id request);

  /// Cancels them all.
  void clear();

  /// Is it one of ours that has no name yet?
  [[nodiscard]] static bool is_nameless(v8::Local<v8::Function> function);

  [[nodiscard]] bool empty() const noexcept {
    return pending_.empty();
  }

private:
  using call_id = std::uint64_t;

  struct answer {
    call_id call;
    result<value> outcome;
  };

  class reply;

  /// What a script function calls; lives as long as it.
  struct binding {
    host_calls* owner;
    std::shared_ptr<const detail::host_callable> callable;
    v8::Global<v8::Function> function{}; // weak
  };

  struct pending_call {
    v8::Global<v8::Promise::Resolver> resolver;
    std::unique_ptr<detail::pending_work> work;
    turn_spec limits;
  };

  void bury();
  static void on_call(const v8::FunctionCallbackInfo<v8::Value>& info);
  void call(const v8::FunctionCallbackInfo<v8::Value>& info, const binding& what);
  bool call_plain(const v8::FunctionCallbackInfo<v8::Value>& info,
                  const detail::host_callable& callable);
  void give(const v8::FunctionCallbackInfo<v8::Value>& info, const result<value>& outcome);
  void refuse(const v8::FunctionCallbackInfo<v8::Value>& info);
  void promise(const v8::FunctionCallbackInfo<v8::Value>& info,
               std::unique_ptr<detail::pending_work> work);
  void settle(isolate_scope& here, v8::Local<v8::Context> context, pending_call call,
              const result<value>& outcome);

  environment& owner_;
  std::size_t pending_max_;
  std::shared_ptr<loop_inbox<answer>> answers_;
  std::unordered_set<binding*> bindings_;
  std::vector<binding*> dead_; // of bindings_; their functions have been collected
  std::unordered_map<call_id, pending_call> pending_;
  call_id last_call_ = 0;
};

} // namespace troupe::js
