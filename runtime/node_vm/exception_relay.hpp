#pragma once

#include <v8-exception.h>
#include <v8-isolate.h>

namespace troupe::js::node_vm {

/// Tells a "no" of V8's API from an exception, and hands the exception on: what was
/// caught is thrown again at the end of the scope, and a termination goes on.
///
/// Threads:  the isolate's.
/// Lifetime: on the stack of a V8 callback.
class exception_relay {
public:
  explicit exception_relay(v8::Isolate* isolate) : isolate_(isolate), caught_(isolate) {
  }

  ~exception_relay() {
    if (caught_.HasTerminated())
      isolate_->TerminateExecution();
    else if (caught_.HasCaught())
      caught_.ReThrow();
  }

  exception_relay(const exception_relay&) = delete;
  exception_relay& operator=(const exception_relay&) = delete;

  [[nodiscard]] bool threw() const {
    return caught_.HasCaught();
  }

  [[nodiscard]] v8::TryCatch& caught() noexcept {
    return caught_;
  }

private:
  v8::Isolate* isolate_;
  v8::TryCatch caught_;
};

} // namespace troupe::js::node_vm
