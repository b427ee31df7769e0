#pragma once

#include "api/file_descriptor.hpp"
#include "api/package_resolution.hpp"
#include "troupe/result.hpp"

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace troupe::detail {

/// By which a file is known to be the same and unchanged.
struct file_identity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;

  [[nodiscard]] friend bool operator==(const file_identity&, const file_identity&) = default;

  /// Could it change within the resolution of its time stamps, so that nobody would
  /// see? @param now nanoseconds of the real-time clock.
  [[nodiscard]] bool is_fresh(std::int64_t now) const noexcept;
};

/// What was found at a path.
struct opened_path {
  file_kind kind = file_kind::missing;
  std::string real_path{};  ///< Of what was opened; or where it went wrong.
  file_descriptor handle{}; ///< Only names the file (O_PATH): nothing was read or waited for.
  file_identity identity{};
  int system_error = 0; ///< Why it is unreadable.
};

/// What was read of a file.
struct file_content {
  std::string bytes{};
  file_identity identity{};
  bool unchanged = false; ///< It did not change meanwhile.
};

/// A folder that nothing under it leads out of: links are followed by hand, each step
/// from a folder that is open already, so no link made in between is followed either.
/// Links must name the root by its real path when they are absolute.
///
/// Threads: any.
class root_folder {
public:
  /// `walk_always`: never use openat2, for tests.
  [[nodiscard]] static result<root_folder> open(const std::string& path,
                                                bool walk_always = false);

  /// Its real path.
  [[nodiscard]] const std::string& path() const noexcept {
    return path_;
  }

  /// Opens what is at `path`, which is absolute, normal and lies within the root by its name.
  /// Neither blocks nor has side effects, whatever is there.
  [[nodiscard]] opened_path look(std::string_view path) const;

  /// The bytes of a regular file.
  /// @returns `module_too_large` above `size_max`, `module_unreadable`.
  [[nodiscard]] static result<file_content> read(const opened_path& file, std::size_t size_max);

private:
  root_folder(file_descriptor folder, std::string path, bool walk_always)
    : folder_(std::move(folder)), path_(std::move(path)), walk_always_(walk_always) {
  }

  [[nodiscard]] opened_path walk(std::string_view relative) const;

  file_descriptor folder_;
  std::string path_;
  bool walk_always_;
};

} // namespace troupe::detail
