#pragma once

#include "troupe/context.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace troupe {

/// Where contexts live: V8, the watchdog and the supervisor.
///
///     troupe::runtime rt;
///     troupe::context ctx = rt.spawn({.name = "tenant-42"}).get();
///     int answer = ctx.run("6 * 7").get()->as<int>();
///
/// Threads:  any. The first runtime of a process should be made before threads
///           that use V8 by other means.
/// Lifetime: the destructor ends all contexts at once, answers all open
///           requests and waits for the threads; handles and futures may
///           outlive it. On a thread that it would wait for (in a host function,
///           `on_console`, `module_loader::find`, an executor that runs work at
///           once, the destructor of what a script held) it leaves all that to a
///           thread of its own and returns; the end of the process waits for that.
/// Errors:   through futures; the constructor throws std::system_error when the system refuses
///           the threads and descriptors of a runtime.
class runtime {
public:
  runtime();
  explicit runtime(runtime_options options);
  ~runtime();

  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  /// Starts a context. Refused with `capacity_exceeded` when there are enough. Its thread has
  /// the cores, the policy and the nice value of the thread that made the runtime, whoever calls.
  [[nodiscard]] future<context> spawn();
  [[nodiscard]] future<context> spawn(context_options options);

  /// Compiles a script to find its syntax errors; nothing runs. With
  /// `runtime_options::code_cache_dir`, from the code cache that is there.
  [[nodiscard]] future<script> compile(std::string source);
  [[nodiscard]] future<script> compile(std::string source, script_options options);

  /// Runs a script in a context made for it alone. The answer comes when that has ended.
  [[nodiscard]] future<value> run_in_new_context(const script& what, run_options how = {});
  [[nodiscard]] future<value> run_in_new_context(const script& what, run_options how,
                                                 context_options where);

  /// Lets all contexts finish what they were asked, then ends them. New ones are
  /// refused.
  [[nodiscard]] future<void> drain();

  /// How many contexts may live at once.
  [[nodiscard]] std::size_t capacity() const noexcept;

  /// V8 flags that V8 did not know.
  [[nodiscard]] const std::vector<std::string>& rejected_v8_flags() const noexcept;

  /// What `runtime_options::code_cache_dir` has done so far.
  [[nodiscard]] struct code_cache_statistics code_cache_statistics() const;

  [[nodiscard]] static std::string_view version() noexcept;
  [[nodiscard]] static std::string_view v8_version() noexcept;

private:
  struct core;
  std::unique_ptr<core> core_;
};

} // namespace troupe
