#pragma once

#include "runtime/byte_budget.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::js {

/// What a `file_job` does.
enum class file_operation : std::uint8_t {
  read,     ///< The whole of `path` into `bytes`.
  write,    ///< `bytes` to `path`, opened with `flags` and `mode`.
  stat,     ///< Fills `numbers`; follows links.
  lstat,    ///< The same of a link itself.
  kind,     ///< `result`: 0 for a file, 1 for a folder, 2 for anything else.
  access,   ///< May it be used in this `mode`?
  realpath, ///< Into `text`.
  readdir,  ///< Names and kinds into `names` and `numbers`.
  mkdir,    ///< With `mode`; `flags` = 1: those above it too, the first made into `text`.
  mkdtemp,  ///< `path` and six characters, into `text`.
  rmdir,    ///< An empty folder.
  unlink,   ///< A file or link.
  remove,   ///< `flags`: 1 = with all that is in it, 2 = it need not be there.
  rename,   ///< `path` to `other`.
  copy,     ///< `path` to `other`.
  readlink, ///< Into `text`.
  symlink,  ///< A link `other` to `path`.
  chmod,    ///< To `mode`.
  truncate, ///< To `flags` bytes.
};

/// One operation on files: what it needs, then what came of it. Not one of V8's handles, so
/// any thread may run it.
struct file_job {
  file_operation what = file_operation::stat;
  std::string path{};
  std::string other{};
  std::string bytes{};
  std::int64_t flags = 0;
  int mode = 0;

  int result = 0;        ///< 0 or more, or a negative errno.
  const char* syscall{}; ///< What failed, as Node names it.
  std::string text{};
  std::vector<double> numbers{};
  std::vector<std::string> names{};

  byte_loan loan{}; ///< For what the strings hold: beyond it the job fails with ENOMEM.

  /// Blocks.
  void run();

  /// Adds to `bytes` what the loan allows. @returns whether it does.
  [[nodiscard]] bool append(std::string_view content);

  /// `no such file or directory`, of a negative errno.
  [[nodiscard]] static std::string describe(int result);
  /// `ENOENT`
  [[nodiscard]] static std::string name(int result);
};

} // namespace troupe::js
