#pragma once

#include "runtime/code_cache.hpp"
#include "troupe/options.hpp"
#include "troupe/result.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

namespace troupe::js {

/// Code caches in a folder, for the next process, or another one of now.
///
/// Nothing in the folder is believed: a cache is used when it unseals, whatever
/// else is removed. Files appear whole or not at all (written aside, then
/// renamed), so any number of processes may share a folder. Whichever was not used
/// for longest goes first when they take up too much. Files of others are left
/// alone.
///
/// Threads:  any; writes happen on a thread of its own.
/// Lifetime: the destructor finishes what is to be written.
/// Errors:   no disk trouble is more than a cache that is not there.
class code_cache_store {
public:
  /// Makes the folder when it is not there, for its owner alone. Refuses one that
  /// others own or may write to: code is loaded from it.
  [[nodiscard]] static result<std::shared_ptr<code_cache_store>> open(
    const std::filesystem::path& folder, std::uint64_t bytes_max);

  ~code_cache_store();

  code_cache_store(const code_cache_store&) = delete;
  code_cache_store& operator=(const code_cache_store&) = delete;

  /// Reads; @returns null when there is none that is good.
  [[nodiscard]] code_cache_ptr find(const sha256_digest& source);

  /// Writes, later.
  void save(const sha256_digest& source, code_cache_ptr cache);

  /// Waits until everything that was saved before is written or has failed.
  void flush();

  [[nodiscard]] code_cache_statistics statistics() const;

  /// The name of a source's file in the folder.
  [[nodiscard]] static std::string file_name(const sha256_digest& source);

private:
  struct job {
    sha256_digest source;
    code_cache_ptr cache;
  };

  code_cache_store(int folder, std::uint64_t bytes_max);

  void work();
  [[nodiscard]] bool write(const job& what);
  void trim();

  // Constant after construction.
  const int folder_; // a descriptor
  const std::uint64_t bytes_max_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::deque<job> jobs_; // the first one stays until it is done
  std::uint64_t bytes_waiting_ = 0;
  bool ending_ = false;
  code_cache_statistics statistics_;

  std::condition_variable changed_;
  std::thread writer_; // last: uses all others
};

} // namespace troupe::js
