#pragma once

#include "tests/support/patience.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::testing {

/// A TCP connection to 127.0.0.1, for bytes that no HTTP client would send. Calls block, for
/// `patience` at most.
class raw_connection {
public:
  explicit raw_connection(int port, int receive_buffer = 0)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer != 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }

  ~raw_connection() {
    ::close(socket_);
  }

  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;

  [[nodiscard]] bool connected() const {
    return connected_;
  }

  /// @returns false when the other side takes no more.
  bool send(std::string_view text) {
    while (!text.empty()) {
      auto count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0)
        return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// Until what was read holds `end`, or the other side is done. @returns what was read, and
  /// keeps what comes after `end`.
  std::string read_until(std::string_view end) {
    for (;;) {
      if (auto at = kept_.find(end); at != std::string::npos && !end.empty()) {
        auto text = kept_.substr(0, at + end.size());
        kept_.erase(0, at + end.size());
        return text;
      }
      if (!read_some())
        return std::exchange(kept_, {});
    }
  }

  /// All until the other side is done.
  std::string read_all() {
    return read_until({});
  }

  /// `length` bytes, or what there is.
  std::string read(std::size_t length) {
    while (kept_.size() < length && read_some()) {
    }
    auto text = kept_.substr(0, length);
    kept_.erase(0, length);
    return text;
  }

  /// Head and body of a response with `Content-Length`.
  std::string read_response() {
    auto head = read_until("\r\n\r\n");
    constexpr std::string_view key = "Content-Length: ";
    auto at = head.find(key);
    if (at == std::string::npos)
      return head;
    return head + read(std::stoul(head.substr(at + key.size())));
  }

  /// Has the other side closed it, or does within `patience`?
  bool is_closed() {
    while (read_some())
      kept_.clear();
    return ended_;
  }

  /// Sends a reset when it is closed.
  void reset_at_close() {
    linger how{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &how, sizeof how);
  }

  void half_close() {
    ::shutdown(socket_, SHUT_WR);
  }

private:
  bool read_some() {
    pollfd look{.fd = socket_, .events = POLLIN, .revents = 0};
    auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
    if (ended_ || ::poll(&look, 1, static_cast<int>(milliseconds)) != 1)
      return false;
    char piece[65536];
    auto count = ::recv(socket_, piece, sizeof piece, 0);
    ended_ = count <= 0;
    if (count > 0)
      kept_.append(piece, static_cast<std::size_t>(count));
    return count > 0;
  }

  int socket_;
  bool connected_ = false;
  bool ended_ = false;
  std::string kept_;
};

} // namespace troupe::testing
