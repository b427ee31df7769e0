#include "api/root_folder.hpp"

#include "api/file_url.hpp"
#include "api/import_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace troupe::detail {

namespace {

constexpr int links_max = 40; // as many as Linux follows
constexpr std::size_t depth_max = 256;
constexpr int open_only = O_PATH | O_NOFOLLOW | O_CLOEXEC;

constexpr std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::string reason(int number) {
  return std::system_category().message(number);
}

opened_path failed(int number, std::string path) {
  bool missing =
    number == ENOENT || number == ENOTDIR || number == ENAMETOOLONG || number == ELOOP;
  return {.kind = missing ? file_kind::missing : file_kind::unreadable,
          .real_path = std::move(path),
          .system_error = number};
}

file_identity identity_of(const struct stat& about) {
  return {.device = about.st_dev,
          .inode = about.st_ino,
          .size = static_cast<std::uint64_t>(about.st_size),
          .modified_ns = nanoseconds(about.st_mtim),
          .changed_ns = nanoseconds(about.st_ctim)};
}

opened_path opened(file_descriptor handle, std::string path) {
  struct stat about {};
  if (::fstat(handle.get(), &about) != 0)
    return failed(errno, std::move(path));
  auto kind = S_ISREG(about.st_mode)   ? file_kind::file
              : S_ISDIR(about.st_mode) ? file_kind::folder
                                       : file_kind::special;
  return {.kind = kind,
          .real_path = std::move(path),
          .handle = std::move(handle),
          .identity = identity_of(about)};
}

/// Where a link points; nothing when it cannot be read.
std::optional<std::string> link_target(int link) {
  std::string target(PATH_MAX, '\0');
  auto size = ::readlinkat(link, "", target.data(), target.size());
  if (size < 0 || static_cast<std::size_t>(size) == target.size())
    return {};
  target.resize(static_cast<std::size_t>(size));
  return target;
}

/// The parts of a path that are still to be gone, the next one last.
class steps {
public:
  void add(std::string_view path) {
    auto first = parts_.size();
    while (!path.empty()) {
      auto slash = std::min(path.find('/'), path.size());
      if (slash != 0 && path.substr(0, slash) != ".")
        parts_.emplace_back(path.substr(0, slash));
      path.remove_prefix(std::min(slash + 1, path.size()));
    }
    std::reverse(parts_.begin() + static_cast<std::ptrdiff_t>(first), parts_.end());
  }

  [[nodiscard]] bool empty() const {
    return parts_.empty();
  }

  [[nodiscard]] std::string take() {
    auto next = std::move(parts_.back());
    parts_.pop_back();
    return next;
  }

private:
  std::vector<std::string> parts_;
};

/// The folders gone into, from the root down.
struct level {
  file_descriptor handle;
  std::string name;
};

std::string joined(const std::string& root, const std::vector<level>& levels) {
  auto path = root == "/" ? std::string{} : root;
  for (const auto& each : levels)
    path.append("/").append(each.name);
  return path.empty() ? "/" : path;
}

} // namespace

bool file_identity::is_fresh(std::int64_t now) const noexcept {
  // The kernel's clock for files ticks every 10 ms at worst; some file systems keep
  // whole seconds, FAT even ones.
  constexpr std::int64_t second = 1'000'000'000;
  auto resolution = changed_ns % second == 0 ? 2 * second : second / 20;
  return changed_ns > now - resolution;
}

result<root_folder> root_folder::open(const std::string& path, bool walk_always) {
  auto refused = [&](int number) {
    return error{.code = errc::invalid_argument,
                 .message = fmt::format("file_loader_options::root: {}: {}", in_quotes(path),
                                        reason(number))};
  };
  if (path.empty() || path.find('\0') != std::string::npos)
    return refused(ENOENT);
  file_descriptor folder{::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!folder)
    return refused(errno);
  std::unique_ptr<char, decltype(&std::free)> real{::realpath(path.c_str(), nullptr), &std::free};
  if (!real)
    return refused(errno);
  return root_folder{std::move(folder), real.get(), walk_always};
}

opened_path root_folder::look(std::string_view path) const {
  auto relative = path.substr(path_ == "/" ? 1 : std::min(path_.size() + 1, path.size()));
  // Without links, the real path is the path.
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC; // with O_NOFOLLOW, a link at the end would be opened itself
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  std::string name{relative.empty() ? "." : relative};
  if (!walk_always_) {
    auto number = ::syscall(SYS_openat2, folder_.get(), name.c_str(), &how, sizeof how);
    if (number >= 0)
      return opened(file_descriptor{static_cast<int>(number)}, std::string{path});
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG || errno == EACCES)
      return failed(errno, std::string{path});
  }
  return walk(relative);
}

opened_path root_folder::walk(std::string_view relative) const {
  steps ahead;
  ahead.add(relative);
  std::vector<level> levels;
  int links = 0;
  while (!ahead.empty()) {
    auto name = ahead.take();
    if (name == "..") {
      if (levels.empty())
        return {.kind = file_kind::outside, .real_path = joined(path_, levels)};
      levels.pop_back();
      continue;
    }
    if (levels.size() == depth_max)
      return failed(ENAMETOOLONG, joined(path_, levels));
    auto folder = levels.empty() ? folder_.get() : levels.back().handle.get();
    file_descriptor next{::openat(folder, name.c_str(), open_only)};
    if (!next)
      return failed(errno, joined(path_, levels) + "/" + name);
    struct stat about {};
    if (::fstat(next.get(), &about) != 0)
      return failed(errno, joined(path_, levels) + "/" + name);
    if (!S_ISLNK(about.st_mode)) {
      levels.push_back({std::move(next), std::move(name)});
      continue;
    }
    if (++links > links_max)
      return failed(ELOOP, joined(path_, levels) + "/" + name);
    auto target = link_target(next.get());
    if (!target)
      return failed(ELOOP, joined(path_, levels) + "/" + name);
    if (!target->starts_with('/')) {
      ahead.add(*target);
    } else if (lies_within(*target, path_)) {
      levels.clear();
      ahead.add(std::string_view{*target}.substr(path_ == "/" ? 1 : path_.size()));
    } else {
      return {.kind = file_kind::outside, .real_path = joined(path_, levels) + "/" + name};
    }
  }
  auto path = joined(path_, levels);
  if (!levels.empty())
    return opened(std::move(levels.back().handle), std::move(path));
  file_descriptor root{::openat(folder_.get(), ".", open_only)};
  return root ? opened(std::move(root), std::move(path)) : failed(errno, std::move(path));
}

result<file_content> root_folder::read(const opened_path& file, std::size_t size_max) {
  auto unreadable = [&](int number) {
    return error{
      .code = errc::module_unreadable,
      .message = fmt::format("{} cannot be read: {}", in_quotes(file.real_path), reason(number))};
  };
  auto too_large = [&] {
    return error{.code = errc::module_too_large,
                 .message =
                   fmt::format("{} has more than {} bytes", in_quotes(file.real_path), size_max)};
  };
  // The very file that was looked at, whatever is at its path by now.
  file_descriptor readable{::open(fmt::format("/proc/self/fd/{}", file.handle.get()).c_str(),
                                  O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
  if (!readable)
    return unreadable(errno);
  struct stat before {};
  if (::fstat(readable.get(), &before) != 0)
    return unreadable(errno);
  if (!S_ISREG(before.st_mode))
    return unreadable(EINVAL);
  if (static_cast<std::uint64_t>(before.st_size) > size_max)
    return too_large();

  file_content content{.identity = identity_of(before)};
  // Some files, those of /proc for one, do not know their size; others grow.
  constexpr std::size_t piece = 65536;
  std::size_t filled = 0;
  content.bytes.resize(std::min(content.identity.size, size_max) + 1);
  for (;;) {
    if (filled == content.bytes.size())
      content.bytes.resize(filled + std::min(filled + piece, size_max + 1 - filled));
    auto got =
      ::read(readable.get(), content.bytes.data() + filled, content.bytes.size() - filled);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return unreadable(errno);
    filled += static_cast<std::size_t>(got);
    if (got == 0)
      break;
    if (filled > size_max)
      return too_large();
  }
  content.bytes.resize(filled);
  struct stat after {};
  content.unchanged = ::fstat(readable.get(), &after) == 0
                      && identity_of(after) == content.identity
                      && filled == content.identity.size;
  return content;
}

} // namespace troupe::detail
