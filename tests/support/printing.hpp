#pragma once

#include "troupe/value.hpp"

#include <catch2/catch_tostring.hpp>

/// Failed comparisons show values as a console would.
template <>
struct Catch::StringMaker<troupe::value> {
  static std::string convert(const troupe::value& from) {
    return from.to_string();
  }
};

template <>
struct Catch::StringMaker<troupe::value_kind> {
  static std::string convert(troupe::value_kind from) {
    return std::string{to_string(from)};
  }
};
