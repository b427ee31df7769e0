#pragma once

#include "runtime/isolate.hpp"
#include "troupe/value.hpp"

#include <v8-context.h>

#include <memory>

namespace troupe::detail {
class host_callable;
}

namespace troupe::js {

class lease;

/// Makes what a clone alone cannot: the leaves of a value that belong to one
/// isolate.
class value_host {
public:
  virtual ~value_host() = default;

  /// A script function that calls into the host. Empty with an exception pending.
  [[nodiscard]] virtual v8::MaybeLocal<v8::Value> make_function(
    isolate_scope& here, v8::Local<v8::Context> context,
    std::shared_ptr<const detail::host_callable> callable) = 0;

  /// The object on lease. Empty with an exception pending.
  [[nodiscard]] virtual v8::MaybeLocal<v8::Value> find_leased(isolate_scope& here,
                                                              const lease& which) = 0;

  /// Is what runs to stop? A large value is not made to its end then.
  [[nodiscard]] virtual bool stopping() const = 0;
};

} // namespace troupe::js
