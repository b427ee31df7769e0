#include "cli/signal_relay.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace troupe::cli {

namespace {

// Written by the handler, which may call little else.
int pipe_of_handler = -1;

void on_signal(int number) {
  auto before = errno;
  auto byte = static_cast<unsigned char>(number);
  // A full pipe has enough of them already.
  static_cast<void>(!::write(pipe_of_handler, &byte, 1));
  errno = before;
}

/// All that listen.
class relay {
public:
  /// Lives as long as the process: its thread cannot be told to end.
  static relay& instance() {
    static auto* one = new relay;
    return *one;
  }

  bool watch(int number, std::function<void()> deliver) {
    std::lock_guard guard{mutex_};
    if (!started_ && !start())
      return false;
    if (!deliver) {
      auto found = listeners_.extract(number);
      return !found.empty() && sigaction(number, &found.mapped().before, nullptr) == 0;
    }
    if (auto found = listeners_.find(number); found != listeners_.end()) {
      found->second.deliver = std::move(deliver);
      return true;
    }
    struct sigaction ours {};
    ours.sa_handler = &on_signal;
    ours.sa_flags = SA_RESTART;
    sigemptyset(&ours.sa_mask);
    listener made{std::move(deliver), {}};
    if (sigaction(number, &ours, &made.before) != 0)
      return false;
    listeners_.emplace(number, std::move(made));
    return true;
  }

private:
  struct listener {
    std::function<void()> deliver;
    struct sigaction before;
  };

  bool start() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      return false;
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    pipe_of_handler = ends[1];
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread{[this, from = ends[0]] { pass_on(from); }}.detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    started_ = true;
    return true;
  }

  void pass_on(int from) {
    unsigned char number = 0;
    for (;;) {
      if (::read(from, &number, 1) != 1)
        continue;
      std::lock_guard guard{mutex_};
      if (auto found = listeners_.find(number); found != listeners_.end())
        found->second.deliver();
    }
  }

  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<int, listener> listeners_;
  bool started_ = false;
};

} // namespace

bool relay_signal(int number, std::function<void()> deliver) {
  return relay::instance().watch(number, std::move(deliver));
}

} // namespace troupe::cli
