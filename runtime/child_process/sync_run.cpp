#include "runtime/child_process/sync_run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

namespace troupe::js::child_process {

namespace {

constexpr std::size_t piece_size = 65536;

// How soon it notices that its run is to stop.
constexpr auto look_every = std::chrono::milliseconds{50};

using clock = std::chrono::steady_clock;

/// While it is under way.
class sync_loop {
public:
  sync_loop(sync_run& what, child& whom, std::shared_ptr<byte_budget> budget,
            function_ref<void()> collect)
    : what_(what), child_(whom), counted_(std::move(budget)), collect_(collect),
      begun_(clock::now()) {
    what_.outputs.resize(what_.pipes.size());
    for (auto& each : what_.pipes)
      if (each.descriptor >= 0) {
        ::fcntl(each.descriptor, F_SETFL, O_NONBLOCK);
        send(each);
      }
  }

  ~sync_loop() {
    for (auto& each : what_.pipes)
      close(each);
  }

  sync_loop(const sync_loop&) = delete;
  sync_loop& operator=(const sync_loop&) = delete;

  void go(function_ref<bool()> stopping) {
    while (!ended_ || has_pipes()) {
      wait();
      if (stopping()) {
        what_.stopped = true;
        return;
      }
      if (what_.timeout.count() != 0 && what_.failed == 0
          && clock::now() - begun_ >= what_.timeout)
        fail(-ETIMEDOUT);
    }
  }

private:
  [[nodiscard]] bool has_pipes() const {
    return std::ranges::any_of(what_.pipes,
                               [](const auto& each) { return each.descriptor >= 0; });
  }

  static void close(sync_run::pipe& which) {
    if (which.descriptor >= 0)
      ::close(std::exchange(which.descriptor, -1));
  }

  /// The child is told to end; what it leaves behind is not waited for.
  void fail(int status) {
    if (what_.failed == 0)
      what_.failed = status;
    for (auto& each : what_.pipes)
      close(each);
    if (!ended_ && child_.kill(what_.kill_signal) != 0)
      child_.kill(SIGKILL);
  }

  void wait() {
    std::vector<pollfd> all;
    all.push_back({.fd = ended_ ? -1 : child_.descriptor(), .events = POLLIN, .revents = 0});
    for (const auto& each : what_.pipes)
      all.push_back({.fd = each.descriptor,
                     .events = static_cast<short>(each.input.empty() ? POLLIN : POLLIN | POLLOUT),
                     .revents = 0});
    auto time = look_every;
    if (what_.timeout.count() != 0 && what_.failed == 0)
      time = std::clamp(
        std::chrono::ceil<std::chrono::milliseconds>(begun_ + what_.timeout - clock::now()),
        std::chrono::milliseconds{0}, look_every);
    ::poll(all.data(), all.size(), static_cast<int>(time.count()));
    for (std::size_t i = 0; i < what_.pipes.size(); ++i) {
      auto events = all[i + 1].revents;
      auto& pipe = what_.pipes[i];
      if ((events & POLLOUT) != 0 && pipe.descriptor >= 0)
        send(pipe);
      if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && pipe.descriptor >= 0)
        receive(pipe, what_.outputs[i]);
    }
    if (all[0].revents != 0)
      if (auto end = child_.reap()) {
        what_.end = *end;
        ended_ = true;
      }
  }

  /// Ends its writing when all is written.
  void send(sync_run::pipe& to) {
    while (!to.input.empty()) {
      auto count = ::send(to.descriptor, to.input.data(), to.input.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0 && errno == EAGAIN)
        return;
      if (count < 0)
        to.input = {}; // nobody reads it
      else
        to.input = to.input.subspan(static_cast<std::size_t>(count));
    }
    if (&to == what_.pipes.data())
      close(to); // its standard input
    else
      ::shutdown(to.descriptor, SHUT_WR);
  }

  [[nodiscard]] bool take(std::size_t bytes) {
    if (counted_.take(bytes))
      return true;
    if (std::exchange(collected_, true))
      return false;
    collect_();
    return counted_.take(bytes);
  }

  void receive(sync_run::pipe& from, std::string& to) {
    char piece[piece_size];
    auto count = ::read(from.descriptor, piece, sizeof piece);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
      return;
    if (count <= 0) {
      close(from);
      return;
    }
    auto length = static_cast<std::size_t>(count);
    auto room = what_.bytes_max - to.size();
    auto taken = std::min(length, room);
    if (!take(taken)) {
      fail(-ENOBUFS);
      return;
    }
    to.append(piece, taken);
    if (length > room)
      fail(-ENOBUFS);
  }

  sync_run& what_;
  child& child_;
  byte_loan counted_;
  const function_ref<void()> collect_;
  const clock::time_point begun_;
  bool collected_ = false;
  bool ended_ = false;
};

} // namespace

void sync_run::run(std::shared_ptr<byte_budget> budget, function_ref<bool()> stopping,
                   function_ref<void()> collect) {
  std::optional<child> started;
  failed = child::start(plan, started);
  for (std::size_t i = 0; i < pipes.size(); ++i)
    if (pipes[i].descriptor >= 0)
      ::close(plan.descriptors[i]);
  if (failed != 0) {
    for (auto& each : pipes)
      if (each.descriptor >= 0)
        ::close(std::exchange(each.descriptor, -1));
    return;
  }
  pid = started->pid();
  sync_loop loop{*this, *started, std::move(budget), collect};
  loop.go(stopping);
}

} // namespace troupe::js::child_process
