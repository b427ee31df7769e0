#pragma once

#include "api/package_resolution.hpp"
#include "api/root_folder.hpp"
#include "api/source_cache.hpp"
#include "troupe/file_loader.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace troupe::detail {

/// May files be read, or only looked at?
enum class reading : std::uint8_t { allowed, not_now };

/// The modules of a folder: resolves, reads, caches; knows no threads.
///
/// Threads: any.
class file_modules {
public:
  file_modules(root_folder root, const file_loader_options& options);

  /// @returns nothing when a file must be read and may not be.
  [[nodiscard]] std::optional<result<module_source>> get(const module_request& request,
                                                         reading how);

  /// May anything be had without reading?
  [[nodiscard]] bool has_read() const {
    return !sources_.empty();
  }

private:
  class view;

  struct known_package {
    file_identity file;
    std::shared_ptr<const package_config> config;
    bool certain;
  };

  [[nodiscard]] result<module_kind> kind_of(const module_request& request,
                                            const std::string& path, view& files) const;
  [[nodiscard]] std::optional<result<module_source>> read(const opened_path& file,
                                                          const std::string& identifier,
                                                          module_kind kind);

  // Constant after construction.
  const root_folder root_;
  const resolution_rules rules_;
  const script_format untyped_scripts_;
  const std::size_t source_size_max_;

  source_cache sources_;

  std::mutex mutex_;
  std::unordered_map<std::string, known_package> packages_; // guarded by mutex_
};

} // namespace troupe::detail
