#pragma once

#include "troupe/result.hpp"

#include <stdexcept>
#include <utility>

namespace troupe::bench {

/// A benchmark of wrong answers is worth nothing: it ends the program.
inline void require(bool correct, const char* what) {
  if (!correct)
    throw std::runtime_error{what};
}

/// The value of a request that must succeed.
template <class T>
T require(result<T> outcome) {
  return std::move(outcome).value();
}

} // namespace troupe::bench
