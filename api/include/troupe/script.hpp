#pragma once

#include "troupe/options.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

namespace js {
struct script_source;
struct compile_facts;
} // namespace js

namespace detail {
struct script_access;
}

/// A script that is bound to no global: run it many times, in many contexts
/// (`vm.Script`).
///
/// Threads:  immutable; may be copied to and used from any thread.
/// Lifetime: shares its source with the contexts that have run it. A context
///           compiles it at the first run and keeps the result; the first one that
///           has run it makes a code cache from which the others compile.
/// Errors:   the constructor does not parse; `runtime::compile` does.
class script {
public:
  explicit script(std::string source);
  script(std::string source, script_options options);
  script(const script&) noexcept = default; // moves as well: none is ever empty
  script& operator=(const script&) noexcept = default;

  [[nodiscard]] std::string_view source() const noexcept;
  [[nodiscard]] const script_options& options() const noexcept;

  /// Was `script_options::cached_data` of no use, so that the source was compiled?
  /// Unset when there was none, or the script does not come from a `compile`.
  /// (`cachedDataRejected`.)
  [[nodiscard]] std::optional<bool> cached_data_rejected() const;

  /// The URL in the comment `//# sourceMappingURL=…`. Unset when there is none, or
  /// the script does not come from a `compile`. (`sourceMapURL`.)
  [[nodiscard]] std::optional<std::string> source_map_url() const;

private:
  friend struct detail::script_access;

  script() = default;

  std::shared_ptr<const js::script_source> source_;
  std::shared_ptr<const js::compile_facts> facts_;
};

} // namespace troupe
