#include "cli/source_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace troupe::cli {

namespace {

// More is no text for V8; a device may never end.
constexpr std::size_t size_max = std::size_t{1} << 29;

error cannot_read(const std::string& path, int reason) {
  return {.code = errc::invalid_argument,
          .message = fmt::format("cannot read {}: {}",
                                 path == "-" ? std::string{"standard input"} : "'" + path + "'",
                                 std::generic_category().message(reason))};
}

} // namespace

// Not an ifstream: that opens folders, and does not say why it fails.
result<std::string> read_source(const std::string& path) {
  bool standard_input = path == "-";
  int descriptor = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return cannot_read(path, errno);
  std::string text;
  std::array<char, 65536> piece;
  int failed = 0;
  for (;;) {
    auto count = ::read(descriptor, piece.data(), piece.size());
    if (count == 0)
      break;
    if (count > 0 && text.size() > size_max) {
      failed = EFBIG;
      break;
    }
    if (count > 0) {
      text.append(piece.data(), static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      failed = errno;
      break;
    }
  }
  if (!standard_input)
    ::close(descriptor);
  if (failed != 0)
    return cannot_read(path, failed);
  // The byte order mark is no part of the text.
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark))
    text.erase(0, mark.size());
  return text;
}

} // namespace troupe::cli
