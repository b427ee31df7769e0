#include "runtime/child_process/child.hpp"

#include "runtime/work_pool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

namespace troupe::js::child_process {

namespace {

constexpr int failed_to_begin = 127;

/// What the child needs, made before: between `vfork` and `execve` it shares our memory, and
/// may call what asynchronous signals may.
struct prepared {
  std::vector<std::string> paths{}; // to be tried in order
  std::vector<char*> argv{};
  std::vector<char*> env{};
  std::vector<int> descriptors{};
};

char* plain(const std::string& text) {
  return const_cast<char*>(text.c_str());
}

std::vector<std::string> paths_of(const child_plan& plan) {
  if (plan.file.find('/') != std::string::npos)
    return {plan.file};
  std::string_view folders{"/bin:/usr/bin"};
  for (const auto& each : plan.env)
    if (each.starts_with("PATH="))
      folders = std::string_view{each}.substr(5);
  std::vector<std::string> made;
  for (;;) {
    auto end = folders.find(':');
    std::string folder{folders.substr(0, end)};
    made.push_back(folder.empty() ? plan.file : folder + "/" + plan.file);
    if (end == std::string_view::npos)
      return made;
    folders.remove_prefix(end + 1);
  }
}

prepared prepare(const child_plan& plan) {
  prepared made{.paths = paths_of(plan)};
  for (const auto& each : plan.argv)
    made.argv.push_back(plain(each));
  made.argv.push_back(nullptr);
  for (const auto& each : plan.env)
    made.env.push_back(plain(each));
  made.env.push_back(nullptr);
  made.descriptors = plan.descriptors;
  return made;
}

// -- in the child ---------------------------------------------------------------------------

[[noreturn]] void give_up(int tell) {
  int why = errno;
  static_cast<void>(!::write(tell, &why, sizeof why));
  ::_exit(failed_to_begin);
}

/// Its numbers 0, 1, 2 … as the plan says; all others are closed when the program begins.
void place_descriptors(std::vector<int>& wanted, int tell) {
  auto count = static_cast<int>(wanted.size());
  for (auto& each : wanted) {
    if (each < 0)
      each = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (each >= 0 && each < count) // where another may come
      each = ::fcntl(each, F_DUPFD_CLOEXEC, count);
    if (each < 0)
      give_up(tell);
  }
  for (int i = 0; i < count; ++i)
    if (::dup2(wanted[static_cast<std::size_t>(i)], i) < 0)
      give_up(tell);
#ifdef SYS_close_range
  constexpr unsigned on_exec = 4; // CLOSE_RANGE_CLOEXEC
  ::syscall(SYS_close_range, static_cast<unsigned>(count), ~0U, on_exec);
#endif
}

void default_signals() {
  struct sigaction as_usual {};
  as_usual.sa_handler = SIG_DFL;
  for (int each = 1; each < NSIG; ++each)
    ::sigaction(each, &as_usual, nullptr); // of some that is refused
}

[[noreturn]] void become(const child_plan& plan, prepared& with, int tell) {
  default_signals();
  if (plan.detached && ::setsid() < 0)
    give_up(tell);
  place_descriptors(with.descriptors, tell);
  if (!plan.cwd.empty() && ::chdir(plan.cwd.c_str()) != 0)
    give_up(tell);
  // Not through libc, whose calls are for all threads of a process.
  if (plan.uid || plan.gid)
    ::syscall(SYS_setgroups, 0, nullptr); // who may not has none to lose
  if (plan.gid && ::syscall(SYS_setgid, *plan.gid) != 0)
    give_up(tell);
  if (plan.uid && ::syscall(SYS_setuid, *plan.uid) != 0)
    give_up(tell);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  bool denied = false;
  for (const auto& each : with.paths) {
    ::execve(each.c_str(), with.argv.data(), with.env.data());
    denied |= errno == EACCES;
    if (errno != EACCES && errno != ENOENT && errno != ENOTDIR)
      give_up(tell);
  }
  if (denied)
    errno = EACCES;
  else if (with.paths.size() > 1)
    errno = ENOENT;
  give_up(tell);
}

// -------------------------------------------------------------------------------------------

/// In a function of its own: nothing of its frame is changed while the child uses it.
__attribute__((noinline)) pid_t fork_into(const child_plan& plan, prepared& with, int tell) {
  auto pid = ::vfork(); // TSan makes a fork of it
  if (pid == 0)
    become(plan, with, tell);
  return pid;
}

int wait_for(pid_t pid, int options, int& status) {
  for (;;) {
    auto got = ::waitpid(pid, &status, options);
    if (got >= 0 || errno != EINTR)
      return got;
  }
}

} // namespace

int child::start(const child_plan& plan, std::optional<child>& made) {
  auto with = prepare(plan);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return -errno;
  // Out of the way of those that it gets.
  auto tell = ::fcntl(ends[1], F_DUPFD_CLOEXEC, static_cast<int>(plan.descriptors.size()));
  int failed = tell < 0 ? -errno : 0;
  ::close(ends[1]);
  if (failed != 0) {
    ::close(ends[0]);
    return failed;
  }
  // No handler of ours may run in the child.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  auto pid = fork_into(plan, with, tell);
  failed = pid < 0 ? -errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(tell);
  int status = 0;
  if (failed == 0) {
    int why = 0;
    ssize_t count = 0;
    do
      count = ::read(ends[0], &why, sizeof why);
    while (count < 0 && errno == EINTR);
    if (count == sizeof why) {
      failed = -why;
      wait_for(pid, 0, status);
    }
  }
  ::close(ends[0]);
  if (failed != 0)
    return failed;
  auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); // closed on exec
  if (descriptor < 0) {
    failed = -errno;
    ::kill(pid, SIGKILL);
    wait_for(pid, 0, status);
    return failed;
  }
  made.emplace(child{pid, descriptor, plan.detached});
  return 0;
}

child::child(child&& other) noexcept
  : pid_(other.pid_), descriptor_(std::exchange(other.descriptor_, -1)), leads_(other.leads_),
    reaped_(other.reaped_) {
}

child::~child() {
  if (descriptor_ < 0)
    return;
  if (reaped_ || reap()) {
    ::close(descriptor_);
    return;
  }
  if (leads_)
    ::kill(-pid_, SIGKILL);
  kill(SIGKILL);
  // Soon, but nobody should wait for it: it may be inside a call of the system.
  work_pool::instance().run([pid = pid_, descriptor = descriptor_] {
    int status = 0;
    wait_for(pid, 0, status);
    ::close(descriptor);
  });
}

int child::kill(int signal) const noexcept {
  if (reaped_)
    return -ESRCH;
  // By the descriptor: another may have the number if somebody else has reaped it.
  return ::syscall(SYS_pidfd_send_signal, descriptor_, signal, nullptr, 0) == 0 ? 0 : -errno;
}

std::optional<child_end> child::reap() noexcept {
  int status = 0;
  auto got = wait_for(pid_, WNOHANG, status);
  if (got == 0)
    return std::nullopt;
  if (got < 0) {
    // Somebody waits for all children of the process, or it ignores SIGCHLD.
    pollfd over{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&over, 1, 0) == 0)
      return std::nullopt;
    reaped_ = true;
    return child_end{.failed = -ECHILD};
  }
  reaped_ = true;
  if (WIFSIGNALED(status))
    return child_end{.signal = WTERMSIG(status)};
  return child_end{.code = WEXITSTATUS(status)};
}

} // namespace troupe::js::child_process
