#pragma once

#include "api/package_resolution.hpp"

#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace troupe::testing {

/// A file system for resolution, from a table of paths and contents.
class memory_files final : public detail::resolution_files {
public:
  memory_files() = default;
  memory_files(std::initializer_list<std::pair<const std::string, std::string>> files)
    : files_(files) {
  }

  void add(std::string path, std::string content = {}) {
    files_.insert_or_assign(std::move(path), std::move(content));
  }

  /// Paths that are neither files nor folders.
  void add(std::string path, detail::file_kind kind) {
    special_.insert_or_assign(std::move(path), kind);
  }

  [[nodiscard]] detail::file_kind kind(const std::string& path) override {
    ++looks_;
    if (auto found = special_.find(path); found != special_.end())
      return found->second;
    if (files_.contains(path))
      return detail::file_kind::file;
    auto prefix = path == "/" ? path : path + "/";
    auto first = files_.lower_bound(prefix);
    return first != files_.end() && first->first.starts_with(prefix) ? detail::file_kind::folder
                                                                     : detail::file_kind::missing;
  }

  [[nodiscard]] result<std::shared_ptr<const detail::package_config>> package(
    const std::string& folder) override {
    ++looks_;
    auto path = folder == "/" ? "/package.json" : folder + "/package.json";
    auto found = files_.find(path);
    if (found == files_.end())
      return std::shared_ptr<const detail::package_config>{};
    auto parsed = detail::parse_package_config(found->second);
    if (!parsed)
      return error{.code = parsed.error().code, .message = path + ": " + parsed.error().message};
    return std::make_shared<const detail::package_config>(*std::move(parsed));
  }

  /// How often it was asked.
  [[nodiscard]] std::size_t looks() const noexcept {
    return looks_;
  }

private:
  std::map<std::string, std::string> files_;
  std::map<std::string, detail::file_kind> special_;
  std::size_t looks_ = 0;
};

} // namespace troupe::testing
