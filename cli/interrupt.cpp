#include "cli/interrupt.hpp"

#include "cli/exit_status.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace troupe::cli {

namespace {

std::atomic<bool> noted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_sigint_exit(int) {
  // Nothing is buffered (standard_streams.hpp), so nothing is lost.
  _exit(static_cast<int>(exit_status::interrupted));
}

void on_sigint_note(int) {
  if (noted.exchange(true))
    on_sigint_exit(SIGINT);
}

void install(void (*handler)(int)) {
  struct sigaction current {};
  sigaction(SIGINT, nullptr, &current);
  if (current.sa_handler == SIG_IGN)
    return;
  struct sigaction ours {};
  ours.sa_handler = handler;
  ours.sa_flags = SA_RESTART;
  sigemptyset(&ours.sa_mask);
  sigaction(SIGINT, &ours, nullptr);
}

} // namespace

void exit_on_sigint() {
  install(&on_sigint_exit);
}

void note_sigint() {
  install(&on_sigint_note);
}

bool sigint_noted() noexcept {
  return noted.load();
}

} // namespace troupe::cli
