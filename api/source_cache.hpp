#pragma once

#include "api/root_folder.hpp"
#include "troupe/module_source.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace troupe::detail {

/// The sources that a loader has read, so that the same file gives the same source.
/// Whichever was not used for longest goes first.
///
/// Threads: any.
class source_cache {
public:
  explicit source_cache(std::size_t bytes_max) : bytes_max_(bytes_max) {
  }

  /// The source read from that file, unless the file may have changed since.
  [[nodiscard]] std::optional<module_source> find(const std::string& identifier, module_kind kind,
                                                  const file_identity& file);

  /// Keeps a source just read. @returns the one to give: the one that is there when it
  /// has the same content.
  /// @param certain nobody can change the file without being seen.
  [[nodiscard]] module_source keep(module_source fresh, const file_identity& file, bool certain);

  [[nodiscard]] bool empty() const;

private:
  using key = std::pair<std::string, module_kind>;

  struct entry {
    key name;
    module_source source;
    file_identity file;
    bool certain;
  };
  using entries = std::list<entry>;

  [[nodiscard]] static std::size_t cost(const entry& of);

  const std::size_t bytes_max_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  entries by_use_; // last used first
  std::map<key, entries::iterator> by_name_;
  std::size_t bytes_ = 0;
};

} // namespace troupe::detail
