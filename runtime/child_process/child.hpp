#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace troupe::js::child_process {

/// What a child begins as.
struct child_plan {
  std::string file{};              ///< With a slash a path, else looked for in the child's PATH.
  std::vector<std::string> argv{}; ///< The first is what it takes for its name.
  std::vector<std::string> env{};  ///< `KEY=value`
  std::string cwd{};               ///< Empty: the process's.
  std::vector<int> descriptors{};  ///< Its 0, 1, 2 …; -1: /dev/null. All others are closed.
  bool detached = false;           ///< In a session of its own.
  std::optional<uid_t> uid{};
  std::optional<gid_t> gid{};
};

/// How a process has ended.
struct child_end {
  int failed = 0; ///< Negative: somebody else has taken the rest.
  int code = 0;
  int signal = 0; ///< 0: it has ended by itself.
};

/// A process that we have started. It has no signal blocked and none ignored, and no descriptor
/// but those of its plan. That it has ended is seen by a descriptor (pidfd), not by SIGCHLD: a
/// handler of that belongs to the whole process, and threads of isolates block it.
///
/// Threads:  one at a time.
/// Lifetime: it ends with this: is killed, with its session, and reaped on another thread.
class child {
public:
  /// Returns when the program has begun, or cannot.
  /// @returns 0 or a negative errno.
  [[nodiscard]] static int start(const child_plan& plan, std::optional<child>& made);

  child(child&& other) noexcept;
  child& operator=(child&&) = delete;
  ~child();

  [[nodiscard]] pid_t pid() const noexcept {
    return pid_;
  }

  /// Can be read when it has ended.
  [[nodiscard]] int descriptor() const noexcept {
    return descriptor_;
  }

  /// @returns 0 or a negative errno; ESRCH once it has been reaped.
  int kill(int signal) const noexcept;

  /// Empty while it runs.
  [[nodiscard]] std::optional<child_end> reap() noexcept;

private:
  child(pid_t pid, int descriptor, bool leads) noexcept
    : pid_(pid), descriptor_(descriptor), leads_(leads) {
  }

  pid_t pid_;
  int descriptor_; // -1 when it was moved from
  bool leads_;     // a session
  bool reaped_ = false;
};

} // namespace troupe::js::child_process
