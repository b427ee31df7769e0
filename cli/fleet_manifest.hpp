#pragma once

#include <troupe/result.hpp>
#include <troupe/script.hpp>
#include <troupe/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

/// How the runs of a kind have to end.
enum class expectation : std::uint8_t { result, timeout, heap_limit, error };

/// One kind of work. The format is described in examples/scripts/README.md.
struct fleet_kind {
  std::string name;
  script work;
  value input; ///< Text for the global of that name.
  std::size_t share = 1;
  expectation expect = expectation::result;
  /// For seed `s` the result is `expected[s % expected.size()]`.
  std::vector<value> expected;
  std::chrono::milliseconds timeout{0};
  std::size_t heap_limit_mib = 0;
  std::size_t array_buffer_limit_mib = 0;

  /// Work that has a result, unlike scripts that misbehave.
  [[nodiscard]] bool honest() const noexcept {
    return expect == expectation::result;
  }
};

struct fleet_manifest {
  std::string path;
  std::vector<fleet_kind> kinds;
};

/// The manifest that comes with the command: of the installation that the
/// command belongs to, else of the sources it was built from.
[[nodiscard]] result<std::string> find_manifest();

/// Reads a manifest and all files that it names.
[[nodiscard]] result<fleet_manifest> read_manifest(const std::string& path);

} // namespace troupe::cli
