#include "runtime/file_job.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>
#include <new>

namespace troupe::js {

namespace {

constexpr std::size_t piece_size = 65536;

// As Node has it. Devices never end.
constexpr std::size_t file_size_max = (std::size_t{1} << 31) - 1;

int failed(file_job& job, const char* syscall) {
  job.syscall = syscall;
  return -errno;
}

int no_memory(file_job& job, const char* syscall) {
  errno = ENOMEM;
  return failed(job, syscall);
}

bool make_room(file_job& job, std::size_t size) {
  auto capacity = job.bytes.capacity();
  if (size <= capacity)
    return true;
  if (!job.loan.take(size - capacity))
    return false;
  job.bytes.reserve(size);
  return true;
}

/// Closes at the end.
class descriptor {
public:
  descriptor(const std::string& path, int flags, int mode)
    : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
  }

  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }

  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  [[nodiscard]] int number() const noexcept {
    return number_;
  }

private:
  int number_;
};

int read_all(file_job& job) {
  descriptor file{job.path, O_RDONLY, 0};
  if (file.number() < 0)
    return failed(job, "open");
  struct stat facts {};
  if (::fstat(file.number(), &facts) == 0 && S_ISREG(facts.st_mode)) {
    if (static_cast<std::size_t>(facts.st_size) > file_size_max) {
      errno = EFBIG;
      return failed(job, "read");
    }
    if (!make_room(job, static_cast<std::size_t>(facts.st_size)))
      return no_memory(job, "read");
  }
  std::array<char, piece_size> piece;
  for (;;) {
    auto count = ::read(file.number(), piece.data(), piece.size());
    if (count == 0)
      return 0;
    if (count > 0) {
      if (!job.append({piece.data(), static_cast<std::size_t>(count)}))
        return no_memory(job, "read");
      if (job.bytes.size() > file_size_max) {
        errno = EFBIG;
        return failed(job, "read");
      }
    } else if (errno != EINTR)
      return failed(job, "read");
  }
}

int write_all(file_job& job) {
  descriptor file{job.path, static_cast<int>(job.flags), job.mode};
  if (file.number() < 0)
    return failed(job, "open");
  std::size_t done = 0;
  while (done < job.bytes.size()) {
    auto count = ::write(file.number(), job.bytes.data() + done, job.bytes.size() - done);
    if (count >= 0)
      done += static_cast<std::size_t>(count);
    else if (errno != EINTR)
      return failed(job, "write");
  }
  return 0;
}

int look(file_job& job, bool follow) {
  struct stat facts {};
  auto outcome = follow ? ::stat(job.path.c_str(), &facts) : ::lstat(job.path.c_str(), &facts);
  if (outcome != 0)
    return failed(job, follow ? "stat" : "lstat");
  auto milliseconds = [](const timespec& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  };
  auto number = [](auto value) { return static_cast<double>(value); };
  // The file's birth is not there: the change of its inode stands for it.
  job.numbers = {
    number(facts.st_dev),        number(facts.st_mode),       number(facts.st_nlink),
    number(facts.st_uid),        number(facts.st_gid),        number(facts.st_rdev),
    number(facts.st_blksize),    number(facts.st_ino),        number(facts.st_size),
    number(facts.st_blocks),     milliseconds(facts.st_atim), milliseconds(facts.st_mtim),
    milliseconds(facts.st_ctim), milliseconds(facts.st_ctim)};
  return 0;
}

int look_at_kind(file_job& job) {
  struct stat facts {};
  if (::stat(job.path.c_str(), &facts) != 0)
    return failed(job, "stat");
  if (S_ISREG(facts.st_mode))
    return 0;
  return S_ISDIR(facts.st_mode) ? 1 : 2;
}

int resolve(file_job& job) {
  auto* found = ::realpath(job.path.c_str(), nullptr);
  if (found == nullptr)
    return failed(job, "realpath");
  job.text = found;
  std::free(found); // NOLINT: realpath's
  return 0;
}

int list_folder(file_job& job) {
  std::unique_ptr<DIR, int (*)(DIR*)> folder{::opendir(job.path.c_str()), &::closedir};
  if (!folder)
    return failed(job, "scandir");
  std::vector<std::pair<std::string, double>> found;
  while (auto* each = ::readdir(folder.get())) { // NOLINT(concurrency-mt-unsafe): our own stream
    std::string name{each->d_name};
    if (name == "." || name == "..")
      continue;
    if (!job.loan.take(sizeof(std::pair<std::string, double>) + name.size()))
      return no_memory(job, "scandir");
    found.emplace_back(std::move(name), each->d_type);
  }
  std::ranges::sort(found);
  for (auto& [name, type] : found) {
    job.names.push_back(std::move(name));
    job.numbers.push_back(type);
  }
  return 0;
}

int make_folder(file_job& job) {
  auto mode = static_cast<mode_t>(job.mode);
  if (job.flags == 0)
    return ::mkdir(job.path.c_str(), mode) == 0 ? 0 : failed(job, "mkdir");
  for (std::size_t end = 1; end <= job.path.size(); ++end) {
    if (end != job.path.size() && job.path[end] != '/')
      continue;
    auto part = job.path.substr(0, end);
    if (part.ends_with('/'))
      continue;
    if (::mkdir(part.c_str(), mode) == 0) {
      if (job.text.empty())
        job.text = part;
      continue;
    }
    auto why = errno;
    struct stat facts {};
    bool there = ::stat(part.c_str(), &facts) == 0;
    if (there && S_ISDIR(facts.st_mode))
      continue;
    errno = there && end != job.path.size() ? ENOTDIR : why;
    return failed(job, "mkdir");
  }
  return 0;
}

int make_temporary(file_job& job) {
  job.text = job.path + "XXXXXX";
  return ::mkdtemp(job.text.data()) != nullptr ? 0 : failed(job, "mkdtemp");
}

/// Without recursion: folders may be deep.
int remove_tree(const std::string& root) {
  std::vector<std::string> open{root};
  while (!open.empty()) {
    auto path = open.back();
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0)
      return -errno;
    if (!S_ISDIR(facts.st_mode)) {
      if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return -errno;
      open.pop_back();
      continue;
    }
    if (::rmdir(path.c_str()) == 0) {
      open.pop_back();
      continue;
    }
    if (errno != ENOTEMPTY && errno != EEXIST)
      return -errno;
    file_job list{.what = file_operation::readdir, .path = path};
    list.run();
    if (list.result < 0)
      return list.result;
    for (const auto& name : list.names)
      open.push_back(path + "/" + name);
  }
  return 0;
}

int remove(file_job& job) {
  bool whole = (job.flags & 1) != 0;
  bool quiet = (job.flags & 2) != 0;
  struct stat facts {};
  if (::lstat(job.path.c_str(), &facts) != 0) {
    if (quiet && errno == ENOENT)
      return 0;
    return failed(job, "lstat");
  }
  job.syscall = "rm";
  if (S_ISDIR(facts.st_mode) && !whole)
    return -EISDIR;
  auto outcome = remove_tree(job.path);
  return quiet && outcome == -ENOENT ? 0 : outcome;
}

int copy(file_job& job) {
  file_job from{.what = file_operation::read, .path = job.path};
  from.run();
  struct stat facts {};
  auto mode = ::stat(job.path.c_str(), &facts) == 0 ? facts.st_mode & 0777 : 0666;
  file_job to{.what = file_operation::write,
              .path = job.other,
              .bytes = std::move(from.bytes),
              .flags = O_WRONLY | O_CREAT | O_TRUNC | job.flags,
              .mode = static_cast<int>(mode)};
  if (from.result == 0)
    to.run();
  job.syscall = "copyfile";
  return from.result != 0 ? from.result : to.result;
}

int follow(file_job& job) {
  std::array<char, PATH_MAX> target;
  auto length = ::readlink(job.path.c_str(), target.data(), target.size());
  if (length < 0)
    return failed(job, "readlink");
  job.text.assign(target.data(), static_cast<std::size_t>(length));
  return 0;
}

int run_one(file_job& job) {
  const auto* path = job.path.c_str();
  auto done = [&](int outcome, const char* syscall) {
    return outcome == 0 ? 0 : failed(job, syscall);
  };
  switch (job.what) {
    case file_operation::read:
      return read_all(job);
    case file_operation::write:
      return write_all(job);
    case file_operation::stat:
      return look(job, true);
    case file_operation::lstat:
      return look(job, false);
    case file_operation::kind:
      return look_at_kind(job);
    case file_operation::access:
      return done(::access(path, job.mode), "access");
    case file_operation::realpath:
      return resolve(job);
    case file_operation::readdir:
      return list_folder(job);
    case file_operation::mkdir:
      return make_folder(job);
    case file_operation::mkdtemp:
      return make_temporary(job);
    case file_operation::rmdir:
      return done(::rmdir(path), "rmdir");
    case file_operation::unlink:
      return done(::unlink(path), "unlink");
    case file_operation::remove:
      return remove(job);
    case file_operation::rename:
      return done(::rename(path, job.other.c_str()), "rename");
    case file_operation::copy:
      return copy(job);
    case file_operation::readlink:
      return follow(job);
    case file_operation::symlink:
      return done(::symlink(path, job.other.c_str()), "symlink");
    case file_operation::chmod:
      return done(::chmod(path, static_cast<mode_t>(job.mode)), "chmod");
    case file_operation::truncate:
      return done(::truncate(path, job.flags), "open");
  }
  return -ENOSYS;
}

} // namespace

void file_job::run() {
  try {
    result = run_one(*this);
  } catch (const std::bad_alloc&) {
    syscall = "read";
    result = -ENOMEM;
  }
  if (result >= 0 && what != file_operation::write)
    return;
  bytes = {}; // nobody wants them any more
  names = {};
  numbers = {};
  loan.keep(path.size() + other.size());
}

bool file_job::append(std::string_view content) {
  auto size = bytes.size() + content.size();
  if (size > bytes.capacity() && !make_room(*this, std::max(size, 2 * bytes.capacity())))
    return false;
  bytes.append(content);
  return true;
}

std::string file_job::describe(int result) {
  return uv_strerror(result);
}

std::string file_job::name(int result) {
  return uv_err_name(result);
}

} // namespace troupe::js
