#pragma once

#include "runtime/isolate.hpp"
#include "runtime/run_ledger.hpp"
#include "troupe/options.hpp"
#include "troupe/value.hpp"

#include <v8-context.h>

#include <functional>
#include <memory>

namespace troupe::js {

/// A report as the value that answers travel as, and back.
[[nodiscard]] value to_value(const memory_report& report);
[[nodiscard]] memory_report to_memory_report(const value& from);

/// The measurements of one isolate's memory that are under way.
///
/// V8 measures while it collects garbage, and tells the result from a task of its
/// own; when the isolate ends before, it tells nothing.
///
/// Threads:  the isolate's.
/// Lifetime: V8 may tell a result later; it is ignored then.
class memory_measurements {
public:
  using answer_function = std::function<void(request_id, value)>;

  explicit memory_measurements(answer_function answer);
  ~memory_measurements();

  /// Answers `request` when V8 has measured. `current` is the realm of now.
  void start(isolate_scope& here, v8::Local<v8::Context> current, request_id request,
             const memory_options& what);

  /// The realm has been replaced: what is under way begins anew, with this one.
  void restart(isolate_scope& here, v8::Local<v8::Context> current);

  /// @returns whether it was under way.
  bool forget(request_id request);

  /// Takes out one that is under way; 0 when there is none.
  [[nodiscard]] request_id take();

  [[nodiscard]] bool empty() const noexcept;

private:
  struct open_requests;
  class delegate;

  std::shared_ptr<open_requests> open_;
};

} // namespace troupe::js
