#include "runtime/isolate_thread.hpp"

#include "runtime/thread_role.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <utility>

namespace troupe::js {

namespace {

// What V8's built-ins and our callbacks may need beyond the script's own stack. What V8 does
// with module graphs, as deep as they may be, needs as much as that once more (see
// `depth_that_fits`): a script may ask for it when its own stack is full.
// Sanitizers make our frames several times as large.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t native_stack_bytes = 1024 * 1024;
#else
constexpr std::size_t native_stack_bytes = 256 * 1024;
#endif

struct start_info {
  std::string name;
  std::function<void()> body;
};

void* enter(void* argument) {
  std::unique_ptr<start_info> info{static_cast<start_info*>(argument)};
  pthread_setname_np(pthread_self(), info->name.substr(0, 15).c_str());
  current_thread_role() = thread_role::isolate;
  info->body();
  return nullptr;
}

/// Signals belong to the threads of the process that expect them.
class all_signals_blocked {
public:
  all_signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    // A crash in script code must still be seen as one.
    for (int synchronous : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGPROF})
      sigdelset(&all, synchronous);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }

  ~all_signals_blocked() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  sigset_t before_{};
};

} // namespace

isolate_thread::~isolate_thread() {
  if (running_)
    std::terminate();
}

isolate_thread::isolate_thread(isolate_thread&& other) noexcept
  : thread_(other.thread_), running_(std::exchange(other.running_, false)) {
}

isolate_thread& isolate_thread::operator=(isolate_thread&& other) noexcept {
  std::swap(thread_, other.thread_);
  std::swap(running_, other.running_);
  return *this;
}

result<isolate_thread> isolate_thread::start(const std::string& name,
                                             std::size_t script_stack_bytes,
                                             std::function<void()> body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  auto stack_bytes = (2 * script_stack_bytes + native_stack_bytes + 0xFFFF) & ~std::size_t{0xFFFF};
  int refused = pthread_attr_setstacksize(&attributes, stack_bytes);
  isolate_thread made;
  if (refused == 0) {
    all_signals_blocked blocked; // inherited by the new thread
    auto info = std::make_unique<start_info>(start_info{name, std::move(body)});
    refused = pthread_create(&made.thread_, &attributes, &enter, info.get());
    if (refused == 0)
      info.release();
  }
  pthread_attr_destroy(&attributes);
  if (refused != 0)
    return error{.code = errc::spawn_failed,
                 .message = fmt::format("cannot start a thread for context '{}': {}", name,
                                        std::strerror(refused))};
  made.running_ = true;
  return made;
}

void isolate_thread::join() {
  if (std::exchange(running_, false))
    pthread_join(thread_, nullptr);
}

void isolate_thread::give_up() {
  if (!std::exchange(running_, false))
    return;
  sched_param none{};
  pthread_setschedparam(thread_, SCHED_IDLE, &none);
  pthread_detach(thread_);
}

void park_for_ever() noexcept {
  for (;;)
    ::pause();
}

} // namespace troupe::js
