#include "tests/cli/command.hpp"

#include "tests/support/patience.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace troupe::cli::test {

using testing::patience;

namespace {

struct pipe_ends {
  int read = -1;
  int write = -1;
};

void check(int failed, const char* what) {
  if (failed != 0)
    throw std::system_error{failed, std::generic_category(), what};
}

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  check(::pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe2");
  return {ends[0], ends[1]};
}

/// A descriptor to read `text` from, however much nobody reads.
int readable(std::string_view text) {
  std::string path = "/tmp/troupe-cli-input-XXXXXX";
  int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  check(descriptor >= 0 ? 0 : errno, "mkostemp");
  ::unlink(path.c_str());
  if (::write(descriptor, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error{"cannot write the input"};
  ::lseek(descriptor, 0, SEEK_SET);
  return descriptor;
}

void close_and_forget(int& descriptor) {
  if (descriptor >= 0)
    ::close(descriptor);
  descriptor = -1;
}

/// @returns false at the end of the stream.
bool read_into(std::string& text, int descriptor) {
  std::array<char, 65536> piece;
  auto count = ::read(descriptor, piece.data(), piece.size());
  if (count > 0)
    text.append(piece.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && errno == EINTR);
}

} // namespace

command::command(std::vector<std::string> arguments, std::string_view input, streams how) {
  start(std::move(arguments), readable(input), how);
}

command::command(std::vector<std::string> arguments, piped_input) {
  auto in = make_pipe();
  in_ = in.write;
  start(std::move(arguments), in.read, streams::apart);
}

void command::start(std::vector<std::string> arguments, int in, streams how) {
  auto out = make_pipe();
  auto err = how == streams::apart ? make_pipe() : pipe_ends{};

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, how == streams::apart ? err.write : out.write,
                                   STDERR_FILENO);
  // Whoever runs the tests may have switched signals off.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

  arguments.insert(arguments.begin(), TROUPE_CLI);
  std::vector<char*> texts;
  for (auto& each : arguments)
    texts.push_back(each.data());
  texts.push_back(nullptr);
  int failed = ::posix_spawn(&process_, TROUPE_CLI, &files, &attributes, texts.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  ::close(in);
  close_and_forget(out.write);
  close_and_forget(err.write);
  out_ = out.read;
  err_ = err.read;
  check(failed, TROUPE_CLI);
}

void command::write_input(std::string_view text) {
  check(::write(in_, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno,
        "write");
}

void command::close_input() {
  close_and_forget(in_);
}

command::~command() {
  close_input();
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  close_and_forget(out_);
  close_and_forget(err_);
}

bool command::read_some() {
  std::array<pollfd, 2> streams{pollfd{.fd = out_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = err_, .events = POLLIN, .revents = 0}};
  if (out_ < 0 && err_ < 0)
    return false;
  if (::poll(streams.data(), streams.size(), 100) <= 0)
    return true;
  if (streams[0].revents != 0 && !read_into(seen_.out, out_))
    close_and_forget(out_);
  if (streams[1].revents != 0 && !read_into(seen_.err, err_))
    close_and_forget(err_);
  return true;
}

bool command::wait_for(std::string_view text) {
  auto until = std::chrono::steady_clock::now() + patience;
  while (seen_.out.find(text) == std::string::npos)
    if (std::chrono::steady_clock::now() > until || !read_some())
      return false;
  return true;
}

void command::close_output() {
  close_and_forget(out_);
}

void command::signal(int number) {
  ::kill(process_, number);
}

finished command::wait() {
  auto until = std::chrono::steady_clock::now() + patience;
  while (read_some())
    if (std::chrono::steady_clock::now() > until) {
      ::kill(process_, SIGKILL);
      break;
    }
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  seen_.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return std::move(seen_);
}

finished command::wait_unread() {
  int ended = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
  check(ended >= 0 ? 0 : errno, "pidfd_open");
  pollfd over{.fd = ended, .events = POLLIN, .revents = 0};
  auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  if (::poll(&over, 1, static_cast<int>(milliseconds)) != 1)
    ::kill(process_, SIGKILL);
  ::close(ended);
  return wait();
}

finished troupe_command(std::vector<std::string> arguments, std::string_view input, streams how) {
  return command{std::move(arguments), input, how}.wait();
}

temporary_file::temporary_file(std::string_view content, std::string_view suffix)
  : path_("/tmp/troupe-cli-test-XXXXXX") {
  path_ += suffix;
  int descriptor = ::mkostemps(path_.data(), static_cast<int>(suffix.size()), O_CLOEXEC);
  check(descriptor >= 0 ? 0 : errno, "mkostemps");
  auto written = ::write(descriptor, content.data(), content.size());
  ::close(descriptor);
  if (written != static_cast<ssize_t>(content.size()))
    throw std::runtime_error{"cannot write " + path_};
}

temporary_file::~temporary_file() {
  ::unlink(path_.c_str());
}

} // namespace troupe::cli::test
