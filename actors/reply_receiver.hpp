#pragma once

#include "troupe/result.hpp"
#include "troupe/value.hpp"

namespace troupe::actors {

/// Who gets the answer to one request: the first one, whoever brings it.
///
/// Threads: any, also several at once; `receive` must not block.
class reply_receiver {
public:
  virtual ~reply_receiver() = default;

  /// Takes the first answer, and ignores all others.
  virtual void receive(result<value> outcome) = 0;

  [[nodiscard]] virtual bool answered() const noexcept = 0;
};

} // namespace troupe::actors
