#pragma once

#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace troupe::testing {

/// Files, links and pipes in a folder that is gone with the object. Paths are
/// relative to it. What cannot be made is a `std::filesystem::filesystem_error`.
class folder_tree {
public:
  [[nodiscard]] std::filesystem::path path(const std::filesystem::path& relative = {}) const {
    return relative.empty() ? real_ : real_ / relative;
  }

  std::filesystem::path write(const std::filesystem::path& relative, const std::string& content) {
    auto file = prepared(relative);
    std::ofstream stream{file, std::ios::binary | std::ios::trunc};
    stream << content;
    if (!stream.flush())
      throw std::filesystem::filesystem_error{"cannot write", file, {}};
    return file;
  }

  void link(const std::filesystem::path& relative, const std::filesystem::path& target) {
    std::filesystem::create_symlink(target, prepared(relative));
  }

  void pipe(const std::filesystem::path& relative) {
    if (::mkfifo(prepared(relative).c_str(), 0600) != 0)
      FAIL("no pipe can be made");
  }

  void folder(const std::filesystem::path& relative) {
    std::filesystem::create_directories(path(relative));
  }

private:
  std::filesystem::path prepared(const std::filesystem::path& relative) const {
    auto file = path(relative);
    std::filesystem::create_directories(file.parent_path());
    return file;
  }

  temporary_folder folder_;
  std::filesystem::path real_ = std::filesystem::canonical(folder_.path());
};

} // namespace troupe::testing
