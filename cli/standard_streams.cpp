#include "cli/standard_streams.hpp"

#include "cli/exit_status.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <iterator>
#include <string>
#include <system_error>
#include <tuple>

namespace troupe::cli {

namespace {

/// @returns errno of the failure, or 0.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    auto written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // Whoever started us made the descriptor non-blocking.
      pollfd writable{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

} // namespace

void write(stream to, std::string_view text) {
  if (to == stream::err) {
    write_all(STDERR_FILENO, text);
    return;
  }
  auto failed = write_all(STDOUT_FILENO, text);
  if (failed == 0)
    return;
  // Exits without destructors: this may be the thread of a script, and waiting
  // for it is what they would do.
  if (failed == EPIPE)
    std::_Exit(static_cast<int>(exit_status::output_closed));
  complain(
    fmt::format("cannot write to standard output: {}", std::generic_category().message(failed)));
  std::_Exit(static_cast<int>(exit_status::failed));
}

void write_line(stream to, std::string_view line) {
  std::string text;
  text.reserve(line.size() + 1);
  text.append(line).push_back('\n');
  write(to, text);
}

void write_line_within(stream to, std::string_view line, std::chrono::milliseconds patience) {
  auto descriptor = to == stream::err ? STDERR_FILENO : STDOUT_FILENO;
  auto until = std::chrono::steady_clock::now() + patience;
  auto text = std::string{line} + '\n';
  for (std::string_view rest{text}; !rest.empty();) {
    auto left =
      std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd writable{.fd = descriptor, .events = POLLOUT, .revents = 0};
    if (left.count() <= 0 || ::poll(&writable, 1, static_cast<int>(left.count())) <= 0)
      return;
    // Where so much has room a write does not wait.
    auto written = ::write(descriptor, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (written > 0)
      rest.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR && errno != EAGAIN)
      return;
  }
}

void complain(std::string_view message) {
  write(stream::err, fmt::format("troupe: {}\n", message));
}

void ignore_broken_pipes() {
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignored, nullptr);
}

bool is_fed(int descriptor) {
  struct stat found {};
  return ::fstat(descriptor, &found) == 0
         && (S_ISFIFO(found.st_mode) || S_ISSOCK(found.st_mode) || S_ISREG(found.st_mode));
}

void open_closed_streams() {
  for (int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(each, F_GETFD) == -1 && errno == EBADF)
      std::ignore = ::open("/dev/null", O_RDWR); // the lowest number that is free
}

} // namespace troupe::cli
