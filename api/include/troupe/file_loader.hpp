#pragma once

#include "troupe/module_loader.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// What a `.js` file is when no package.json says so with `type`.
enum class script_format : std::uint8_t { module, commonjs };

struct file_loader_options {
  /// Nothing outside of this folder is given, whatever specifiers, packages and
  /// symbolic links say. Required. Links within it that are absolute must name it
  /// by its real path.
  std::filesystem::path root{};

  /// Conditions that match in `exports` and `imports` of packages; `default` always
  /// does.
  std::vector<std::string> conditions{"node", "import", "module-sync"};

  /// Tried in this order when a path names no file, and as `index` when it names a
  /// folder: `{".mjs", ".js"}`. Not for what packages export.
  std::vector<std::string> guessed_extensions{};

  /// CommonJS is not loaded but refused.
  script_format untyped_scripts = script_format::module;

  /// Threads that read files; started when needed. 1 … 64.
  unsigned threads = 4;

  /// Imports that wait for these threads; more are refused with `too_many_requests`.
  std::size_t pending_max = 16384;

  /// The largest file that is read, in MiB; beyond it `module_too_large`. 1 … 512.
  std::size_t source_limit_mib = 32;

  /// Sources kept for whoever asks next, in MiB. 0 = none.
  std::size_t cache_limit_mib = 64;

  /// Answer at once, from the isolate's thread, when all that an import needs was read
  /// before: the file system is then asked whether it is unchanged, which may
  /// block if that is remote.
  bool find_cached = true;
};

/// Modules from files, resolved as Node documents for `import`
/// (https://nodejs.org/api/esm.html#resolution-algorithm-specification): paths, `file:` URLs,
/// packages in `node_modules` with `exports` and `imports`. Identifiers are the `file:` URLs of
/// real paths, with the query and fragment of the specifier.
///
///     auto files = troupe::file_loader::open({.root = "/srv/app"}).value();
///
/// An import without a referrer is relative to the root. Files are read again when they
/// have changed; otherwise the same source is given, so contexts share its code.
/// `.mjs` and `.js` are JavaScript, likewise files without extension where a package.json says
/// that its scripts are modules; `.json` and `.txt` want the attribute `type`, `.wasm` is
/// WebAssembly; with type `text` or `bytes` any file can be had.
///
/// Threads:  any. Files are read by threads of the loader.
/// Lifetime: its end answers what waits, with `broken_promise`.
/// Errors:   `module_not_found`, also for `node:` and other URLs that are not files;
///           `module_refused` for what lies outside of the root or is no regular file; those of
///           packages and attributes; `unknown_module_format`; `module_too_large`;
///           `module_unreadable`; `too_many_requests`. Messages name specifier, importer and
///           what was tried.
class file_loader final : public module_loader {
public:
  /// Fails with `invalid_argument` when an option is out of range or the root is no
  /// folder.
  [[nodiscard]] static result<std::shared_ptr<file_loader>> open(file_loader_options options);

  ~file_loader() override;

  [[nodiscard]] future<module_source> load(module_request request) override;
  [[nodiscard]] std::optional<result<module_source>> find(const module_request& request) override;

private:
  struct parts;

  explicit file_loader(std::unique_ptr<parts> made);

  const std::unique_ptr<parts> parts_;
};

} // namespace troupe
