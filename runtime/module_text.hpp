#pragma once

#include "runtime/shared_code_cache.hpp"
#include "troupe/module_source.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::js {

/// What copies of a `module_source` share.
struct module_text {
  std::string identifier;
  std::string content;
  module_kind kind = module_kind::javascript;
  std::vector<value::member> exports{}; ///< Of a synthetic one.
  /// The code that contexts have compiled of it; null for what is no code.
  std::shared_ptr<shared_code_cache> cache{};
};

} // namespace troupe::js

namespace troupe::detail {

/// Between module sources and those who compile them.
struct module_source_access {
  [[nodiscard]] static const js::module_text& text(const module_source& of) noexcept {
    return *of.text_;
  }
};

} // namespace troupe::detail
