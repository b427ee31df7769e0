#pragma once

#include "api/package_config.hpp"
#include "troupe/module_source.hpp"
#include "troupe/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::detail {

/// What a path leads to.
enum class file_kind : std::uint8_t {
  missing,
  file,
  folder,
  special,    ///< A device, pipe or socket.
  outside,    ///< A link on the way leaves the root.
  unreadable, ///< The system says no.
};

/// What resolution asks of a file system. Paths are absolute and normal; links are followed
/// as long as they stay within the root.
class resolution_files {
public:
  resolution_files() = default;
  virtual ~resolution_files() = default;

  resolution_files(const resolution_files&) = delete;
  resolution_files& operator=(const resolution_files&) = delete;

  [[nodiscard]] virtual file_kind kind(const std::string& path) = 0;

  /// The package.json in a folder; null when there is none.
  [[nodiscard]] virtual result<std::shared_ptr<const package_config>> package(
    const std::string& folder) = 0;
};

struct resolution_rules {
  /// Nothing above or beside this folder is looked at. Its real path.
  std::string root{};
  /// That match in `exports` and `imports`, besides `default`.
  std::vector<std::string> conditions{};
  /// Tried when there is no such file, and for `index` in a folder: `.mjs`.
  std::vector<std::string> guessed_extensions{};
};

struct resolved_module {
  std::string path{};   ///< Of a file, within the root by its name; links not followed.
  std::string suffix{}; ///< The query and fragment of its URL.
};

/// Which file an import means
/// (https://nodejs.org/api/esm.html#resolution-algorithm-specification, ESM_RESOLVE). A referrer
/// that is neither a `file:` URL nor an absolute path is taken as a name relative to the root.
///
/// Errors: `module_not_found` also for URLs of other schemes, `node:` among them, and for
///         imports by files outside of the root: another loader may have them.
[[nodiscard]] result<resolved_module> resolve_module(const module_request& request,
                                                     const resolution_rules& rules,
                                                     resolution_files& files);

/// The package.json that governs a file (LOOKUP_PACKAGE_SCOPE); null when none does.
struct package_scope {
  std::string folder{};
  std::shared_ptr<const package_config> config{};
};

[[nodiscard]] result<package_scope> find_package_scope(std::string_view path,
                                                       std::string_view root,
                                                       resolution_files& files);

} // namespace troupe::detail
