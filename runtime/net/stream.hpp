#pragma once

#include "runtime/event_loop.hpp"

#include <sys/socket.h>
#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::js::net {

class stream;

/// Closes it: nothing is heard of it any more; its memory goes with the loop's next round.
struct stream_closer {
  void operator()(stream* which) const noexcept;
};

using stream_ptr = std::unique_ptr<stream, stream_closer>;

/// Told what happens to streams; may close the one that it is told of.
/// A status is 0 or a negative errno (`UV_…`).
class stream_listener {
public:
  virtual void on_connection(stream& at, int status) = 0;
  /// What was read; good until this returns. `status` is `UV_EOF` at the end.
  virtual void on_read(stream& from, std::span<const std::uint8_t> bytes, int status) = 0;
  /// A write that was not done at once.
  virtual void on_written(stream& to, int status) = 0;
  virtual void on_connected(stream& which, int status) = 0;
  virtual void on_shut(stream& which, int status) = 0;

protected:
  ~stream_listener() = default;
};

/// Bytes to be written, and what keeps them.
struct stream_piece {
  std::shared_ptr<const void> keeper;
  const char* data = nullptr;
  std::size_t length = 0;
};

/// A TCP connection, a local one, or what listens for them, on a loop of libuv's.
///
/// Threads:  the loop's.
/// Lifetime: must be closed before the loop ends.
class stream {
public:
  enum class kind : std::uint8_t { tcp, local };

  // -- construction -----------------------------------------------------------

  /// Null when the system has no more descriptors.
  [[nodiscard]] static stream_ptr make(event_loop& loop, kind which, stream_listener& listener);

  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  /// What the listener knows it by.
  std::uint64_t id = 0;

  [[nodiscard]] kind what() const noexcept {
    return kind_;
  }

  // -- connections; all return 0 or a negative errno --------------------------

  [[nodiscard]] int bind(const sockaddr& address, bool ipv6_only);
  [[nodiscard]] int bind(const std::string& path);
  [[nodiscard]] int listen(int backlog);
  /// After `on_connection`. Null when there is none any more.
  [[nodiscard]] stream_ptr accept();
  [[nodiscard]] int connect(const sockaddr& address);
  [[nodiscard]] int connect(const std::string& path);
  /// A local one takes a pipe or socket that there is already, which is its own from now on
  /// unless this fails.
  [[nodiscard]] int open(int descriptor);

  // -- bytes ------------------------------------------------------------------

  [[nodiscard]] int read_start();
  void read_stop();
  /// @returns 0 when all is with the system, 1 when `on_written` will tell.
  [[nodiscard]] int write(std::vector<stream_piece> pieces);
  /// Says that no more will be written, when all is.
  [[nodiscard]] int shut_down();

  // -- facts ------------------------------------------------------------------

  /// Is there anything that may happen to it by itself?
  [[nodiscard]] bool active() const noexcept;
  /// Its own address, or the other side's. @returns a negative errno.
  [[nodiscard]] int address(bool of_peer, sockaddr_storage& to) const;
  int set_no_delay(bool on);
  int set_keep_alive(bool on, unsigned seconds);

private:
  friend struct stream_closer;
  struct write_request;

  stream(event_loop& loop, kind which, stream_listener& listener);
  ~stream() = default;

  static stream& of(void* handle) {
    return *static_cast<stream*>(static_cast<uv_handle_t*>(handle)->data);
  }
  [[nodiscard]] uv_stream_t* uv() noexcept {
    return &handle_.stream;
  }
  void close() noexcept;
  static void on_connected(uv_connect_t* request, int status);

  event_loop& loop_;
  const kind kind_;
  stream_listener* listener_; // null once closed
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  } handle_{};
  uv_connect_t connect_{};
  uv_shutdown_t shutdown_{};
  std::deque<write_request*> writing_;
  int pending_ = 0; // connecting, shutting down
};

} // namespace troupe::js::net
