#include "runtime/net/stream.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace troupe::js::net {

namespace {

constexpr std::size_t read_size = 65536;

// Each takes some 400 bytes that nobody else counts.
constexpr std::size_t writes_max = 100'000;

} // namespace

struct stream::write_request {
  uv_write_t request{};
  stream* to = nullptr;
  std::vector<stream_piece> pieces;
};

void stream_closer::operator()(stream* which) const noexcept {
  which->close();
}

stream::stream(event_loop& loop, kind which, stream_listener& listener)
  : loop_(loop), kind_(which), listener_(&listener) {
}

stream_ptr stream::make(event_loop& loop, kind which, stream_listener& listener) {
  auto* made = new stream{loop, which, listener};
  auto failed = which == kind::tcp ? uv_tcp_init(&loop.uv(), &made->handle_.tcp)
                                   : uv_pipe_init(&loop.uv(), &made->handle_.pipe, 0);
  if (failed != 0) {
    delete made;
    return nullptr;
  }
  made->handle_.handle.data = made;
  loop.opened();
  return stream_ptr{made};
}

void stream::close() noexcept {
  listener_ = nullptr;
  // libuv does not read it any more.
  for (auto* each : writing_)
    each->pieces.clear();
  uv_close(&handle_.handle, [](uv_handle_t* handle) {
    auto* self = &of(handle);
    self->loop_.closed();
    delete self;
  });
}

int stream::bind(const sockaddr& address, bool ipv6_only) {
  return uv_tcp_bind(&handle_.tcp, &address, ipv6_only ? unsigned{UV_TCP_IPV6ONLY} : 0U);
}

int stream::bind(const std::string& path) {
  return uv_pipe_bind2(&handle_.pipe, path.data(), path.size(), UV_PIPE_NO_TRUNCATE);
}

int stream::listen(int backlog) {
  return uv_listen(uv(), backlog, [](uv_stream_t* handle, int status) {
    auto& self = of(handle);
    if (self.listener_ != nullptr)
      self.listener_->on_connection(self, status);
  });
}

stream_ptr stream::accept() {
  auto made = make(loop_, kind_, *listener_);
  if (made && uv_accept(uv(), made->uv()) != 0)
    made.reset();
  return made;
}

int stream::connect(const sockaddr& address) {
  auto failed = uv_tcp_connect(&connect_, &handle_.tcp, &address, &on_connected);
  pending_ += failed == 0 ? 1 : 0;
  return failed;
}

int stream::connect(const std::string& path) {
  auto failed = uv_pipe_connect2(&connect_, &handle_.pipe, path.data(), path.size(),
                                 UV_PIPE_NO_TRUNCATE, &on_connected);
  pending_ += failed == 0 ? 1 : 0;
  return failed;
}

int stream::open(int descriptor) {
  return kind_ == kind::local ? uv_pipe_open(&handle_.pipe, descriptor) : UV_EINVAL;
}

void stream::on_connected(uv_connect_t* request, int status) {
  auto& self = of(request->handle);
  --self.pending_;
  if (self.listener_ != nullptr)
    self.listener_->on_connected(self, status);
}

int stream::read_start() {
  auto allocate = [](uv_handle_t*, std::size_t, uv_buf_t* buffer) {
    // libuv reads into it right away, and tells before it asks again.
    thread_local std::array<char, read_size> memory;
    *buffer = uv_buf_init(memory.data(), memory.size());
  };
  auto failed =
    uv_read_start(uv(), allocate, [](uv_stream_t* handle, ssize_t count, const uv_buf_t* buffer) {
      auto& self = of(handle);
      if (count == 0 || self.listener_ == nullptr)
        return;
      auto length = count > 0 ? static_cast<std::size_t>(count) : 0;
      self.listener_->on_read(self, {reinterpret_cast<const std::uint8_t*>(buffer->base), length},
                              count > 0 ? 0 : static_cast<int>(count));
    });
  return failed == UV_EALREADY ? 0 : failed;
}

void stream::read_stop() {
  uv_read_stop(uv());
}

namespace {

std::vector<uv_buf_t> buffers_of(const std::vector<stream_piece>& pieces) {
  std::vector<uv_buf_t> buffers;
  for (const auto& each : pieces)
    buffers.push_back(
      uv_buf_init(const_cast<char*>(each.data), static_cast<unsigned>(each.length)));
  return buffers;
}

} // namespace

int stream::write(std::vector<stream_piece> pieces) {
  if (writing_.size() >= writes_max)
    return UV_ENOBUFS;
  if (writing_.empty()) {
    auto buffers = buffers_of(pieces);
    auto done = uv_try_write(uv(), buffers.data(), static_cast<unsigned>(buffers.size()));
    if (done < 0 && done != UV_EAGAIN)
      return done;
    auto left = static_cast<std::size_t>(std::max(done, 0));
    std::size_t whole = 0;
    for (; whole < pieces.size() && left >= pieces[whole].length; ++whole)
      left -= pieces[whole].length;
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(whole));
    if (pieces.empty())
      return 0;
    pieces.front().data += left;
    pieces.front().length -= left;
  }
  auto request = std::make_unique<write_request>();
  request->to = this;
  request->pieces = std::move(pieces);
  request->request.data = request.get();
  auto buffers = buffers_of(request->pieces);
  auto failed =
    uv_write(&request->request, uv(), buffers.data(), static_cast<unsigned>(buffers.size()),
             [](uv_write_t* uv, int status) {
               std::unique_ptr<write_request> done{static_cast<write_request*>(uv->data)};
               auto& self = *done->to;
               self.writing_.pop_front(); // they come in their order
               done->pieces.clear();
               if (self.listener_ != nullptr)
                 self.listener_->on_written(self, status);
             });
  if (failed != 0)
    return failed;
  writing_.push_back(request.release());
  return 1;
}

int stream::shut_down() {
  auto failed = uv_shutdown(&shutdown_, uv(), [](uv_shutdown_t* request, int status) {
    auto& self = of(request->handle);
    --self.pending_;
    if (self.listener_ != nullptr)
      self.listener_->on_shut(self, status);
  });
  pending_ += failed == 0 ? 1 : 0;
  return failed;
}

bool stream::active() const noexcept {
  return uv_is_active(&handle_.handle) != 0 || !writing_.empty() || pending_ != 0;
}

int stream::address(bool of_peer, sockaddr_storage& to) const {
  if (kind_ != kind::tcp)
    return UV_EINVAL;
  int length = sizeof to;
  auto* address = reinterpret_cast<sockaddr*>(&to);
  return of_peer ? uv_tcp_getpeername(&handle_.tcp, address, &length)
                 : uv_tcp_getsockname(&handle_.tcp, address, &length);
}

int stream::set_no_delay(bool on) {
  return kind_ == kind::tcp ? uv_tcp_nodelay(&handle_.tcp, on ? 1 : 0) : 0;
}

int stream::set_keep_alive(bool on, unsigned seconds) {
  return kind_ == kind::tcp
           ? uv_tcp_keepalive(&handle_.tcp, on ? 1 : 0, on ? std::max(seconds, 1U) : 0)
           : 0;
}

} // namespace troupe::js::net
