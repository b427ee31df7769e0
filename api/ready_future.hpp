#pragma once

#include "troupe/future.hpp"

#include <utility>

namespace troupe::detail {

/// A future that is answered from the start.
template <class T>
[[nodiscard]] future<T> ready_future(result<T> answer) {
  promise<T> given;
  given.set(std::move(answer));
  return given.get_future();
}

} // namespace troupe::detail
