#include "runtime/code_cache_store.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <exception>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace troupe::js {

namespace {

// More than this waits for a disk that does not follow; the rest is dropped.
constexpr std::uint64_t bytes_waiting_max = std::uint64_t{64} << 20;

// What a process has left that died while it wrote.
constexpr std::time_t leftover_after_seconds = 600;

constexpr std::string_view cache_suffix = ".cache";
constexpr std::string_view unfinished_suffix = ".cache.unfinished";
constexpr std::size_t name_size = 2 * sha256_digest::size + cache_suffix.size();

class descriptor {
public:
  explicit descriptor(int number) noexcept : number_(number) {
  }
  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  [[nodiscard]] int get() const noexcept {
    return number_;
  }
  [[nodiscard]] int release() noexcept {
    return std::exchange(number_, -1);
  }
  explicit operator bool() const noexcept {
    return number_ >= 0;
  }

private:
  int number_;
};

bool read_all(int file, std::span<std::byte> into) {
  while (!into.empty()) {
    auto got = ::read(file, into.data(), into.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return false;
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

bool write_all(int file, std::span<const std::byte> from) {
  while (!from.empty()) {
    auto put = ::write(file, from.data(), from.size());
    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0)
      return false;
    from = from.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

/// The whole of a plain file of at most `size_max` bytes.
std::optional<std::vector<std::byte>> read_file(int file, std::uint64_t size_max) {
  struct stat about {};
  if (::fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size < 0
      || static_cast<std::uint64_t>(about.st_size) > size_max)
    return {};
  std::vector<std::byte> bytes(static_cast<std::size_t>(about.st_size));
  if (!read_all(file, bytes))
    return {};
  return bytes;
}

bool ours(std::string_view name) {
  auto hex = [](std::string_view text) {
    return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  };
  return name.size() == name_size && name.ends_with(cache_suffix)
         && hex(name.substr(0, 2 * sha256_digest::size));
}

error refusal(const std::filesystem::path& folder, std::string_view why) {
  return {.code = errc::invalid_argument,
          .message =
            fmt::format("runtime_options::code_cache_dir: '{}' {}", folder.string(), why)};
}

} // namespace

// -- construction ---------------------------------------------------------------------

result<std::shared_ptr<code_cache_store>> code_cache_store::open(
  const std::filesystem::path& folder, std::uint64_t bytes_max) {
  std::error_code failed;
  if (folder.has_parent_path())
    std::filesystem::create_directories(folder.parent_path(), failed);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return refusal(folder,
                   fmt::format("cannot be made: {}", std::system_category().message(errno)));
  descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  struct stat about {};
  if (!opened || ::fstat(opened.get(), &about) != 0)
    return refusal(folder,
                   fmt::format("cannot be opened: {}", std::system_category().message(errno)));
  if (about.st_uid != ::geteuid())
    return refusal(folder, "belongs to another user");
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refusal(folder, "may be written to by other users");
  return std::shared_ptr<code_cache_store>{new code_cache_store{opened.release(), bytes_max}};
}

code_cache_store::code_cache_store(int folder, std::uint64_t bytes_max)
  : folder_(folder), bytes_max_(bytes_max), writer_([this] { work(); }) {
}

code_cache_store::~code_cache_store() {
  {
    std::lock_guard guard{mutex_};
    ending_ = true;
  }
  changed_.notify_all();
  writer_.join();
  ::close(folder_);
}

std::string code_cache_store::file_name(const sha256_digest& source) {
  auto& engine = engine_fingerprint();
  return sha256{}.add(source.bytes).add(engine.bytes).finish().to_hex().append(cache_suffix);
}

// -- reading --------------------------------------------------------------------------

code_cache_ptr code_cache_store::find(const sha256_digest& source) {
  auto name = file_name(source);
  // O_NONBLOCK: what waits there may be no file at all.
  descriptor file{
    ::openat(folder_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  bool there = file || errno != ENOENT;
  code_cache_ptr found;
  if (file)
    // Read, not mapped: the bytes that were checked are those that V8 gets.
    if (auto bytes = read_file(file.get(), bytes_max_))
      found = unseal(source, *bytes);
  if (found)
    ::futimens(file.get(), nullptr); // used just now
  else if (there)
    ::unlinkat(folder_, name.c_str(), 0);
  std::lock_guard guard{mutex_};
  ++(found ? statistics_.found : there ? statistics_.refused : statistics_.missing);
  return found;
}

// -- writing --------------------------------------------------------------------------

void code_cache_store::save(const sha256_digest& source, code_cache_ptr cache) {
  auto size = cache->bytes().size();
  {
    std::lock_guard guard{mutex_};
    if (size > bytes_max_ || bytes_waiting_ + size > bytes_waiting_max) {
      ++statistics_.not_written;
      return;
    }
    bytes_waiting_ += size;
    jobs_.push_back({source, std::move(cache)});
  }
  changed_.notify_all();
}

void code_cache_store::flush() {
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return jobs_.empty(); });
}

void code_cache_store::work() {
  std::unique_lock guard{mutex_};
  for (;;) {
    changed_.wait(guard, [this] { return ending_ || !jobs_.empty(); });
    if (jobs_.empty())
      return;
    auto what = jobs_.front();
    guard.unlock();
    bool written = false;
    try {
      written = write(what);
      if (written)
        trim();
    } catch (const std::exception&) { // no memory: as good as no disk
    }
    guard.lock();
    ++(written ? statistics_.written : statistics_.not_written);
    bytes_waiting_ -= what.cache->bytes().size();
    jobs_.pop_front();
    changed_.notify_all();
  }
}

bool code_cache_store::write(const job& what) {
  auto sealed = seal(what.source, *what.cache);
  auto aside = fmt::format("{}-{:016x}{}", ::getpid(),
                           std::uint64_t{std::random_device{}()} << 32 | std::random_device{}(),
                           unfinished_suffix);
  descriptor file{
    ::openat(folder_, aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!file)
    return false;
  if (write_all(file.get(), sealed)
      && ::renameat(folder_, aside.c_str(), folder_, file_name(what.source).c_str()) == 0)
    return true;
  ::unlinkat(folder_, aside.c_str(), 0);
  return false;
}

/// Removes the caches that were not used for longest, until the rest fits.
void code_cache_store::trim() {
  struct entry {
    std::string name;
    std::uint64_t size;
    timespec used;
  };
  std::vector<entry> entries;
  std::uint64_t bytes = 0;
  auto* listing = ::fdopendir(::openat(folder_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (listing == nullptr)
    return;
  auto now = std::time(nullptr);
  while (auto* next = ::readdir(listing)) {
    std::string name{next->d_name};
    struct stat about {};
    bool unfinished = name.ends_with(unfinished_suffix);
    if ((!unfinished && !ours(name))
        || ::fstatat(folder_, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0
        || !S_ISREG(about.st_mode))
      continue;
    if (unfinished) {
      if (about.st_mtim.tv_sec + leftover_after_seconds < now)
        ::unlinkat(folder_, name.c_str(), 0);
      continue;
    }
    bytes += static_cast<std::uint64_t>(about.st_size);
    entries.push_back(
      {std::move(name), static_cast<std::uint64_t>(about.st_size), about.st_mtim});
  }
  ::closedir(listing);
  std::ranges::sort(entries, {}, [](const entry& e) {
    return std::pair{e.used.tv_sec, e.used.tv_nsec};
  });
  std::uint64_t removed = 0;
  for (const auto& oldest : entries) {
    if (bytes <= bytes_max_)
      break;
    if (::unlinkat(folder_, oldest.name.c_str(), 0) == 0)
      ++removed;
    bytes -= oldest.size;
  }
  std::lock_guard guard{mutex_};
  statistics_.removed += removed;
}

code_cache_statistics code_cache_store::statistics() const {
  std::lock_guard guard{mutex_};
  return statistics_;
}

} // namespace troupe::js
