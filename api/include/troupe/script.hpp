#pragma once

#include "troupe/options.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace troupe {

namespace js {
struct script_source;
}

/// A script that is bound to no global: run it many times, in many contexts
/// (`vm.Script`).
///
/// Threads:  immutable; may be copied to and used from any thread.
/// Lifetime: shares its source with the contexts that have run it. A context
///           compiles it at the first run and keeps the result.
/// Errors:   the constructor does not parse; `runtime::compile` does.
class script {
public:
  explicit script(std::string source);
  script(std::string source, script_options options);

  [[nodiscard]] std::string_view source() const noexcept;
  [[nodiscard]] const script_options& options() const noexcept;

private:
  friend class context;

  std::shared_ptr<const js::script_source> source_;
};

} // namespace troupe
