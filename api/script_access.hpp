#pragma once

#include "runtime/script.hpp"
#include "troupe/script.hpp"

#include <memory>
#include <string>
#include <utility>

namespace troupe::detail {

/// Makes scripts from their pieces, and hands these to contexts.
struct script_access {
  /// The code cache is looked for, and kept, in `home`.
  [[nodiscard]] static script make(std::string source, script_options options,
                                   std::weak_ptr<js::code_cache_store> home);

  [[nodiscard]] static const js::script_source_ptr& source(const script& of) noexcept {
    return of.source_;
  }

  [[nodiscard]] static script with(script what, js::compile_facts facts) {
    what.facts_ = std::make_shared<const js::compile_facts>(std::move(facts));
    return what;
  }
};

} // namespace troupe::detail
