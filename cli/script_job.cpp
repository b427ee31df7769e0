#include "cli/script_job.hpp"

#include "cli/interrupt.hpp"
#include "cli/script_progress.hpp"
#include "cli/standard_streams.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace troupe::cli {

namespace {

using std::chrono::steady_clock;

/// The process goes down at its own pace, but not later.
void exit_within(std::chrono::milliseconds patience, exit_status status) {
  std::thread{[=] {
    std::this_thread::sleep_for(patience);
    std::_Exit(static_cast<int>(status));
  }}.detach();
}

runtime_options options_of(const script_job& job,
                           const std::shared_ptr<progress_of_script>& progress) {
  bool to_stderr = job.console_to_stderr;
  return {
    .max_contexts = 1,
    .stop_grace = stop_grace,
    .v8_flags = job.v8_flags,
    .on_console =
      [to_stderr](const console_line& line) {
        bool err = to_stderr || line.to == console_line::stream::err;
        write_line(err ? stream::err : stream::out, line.text);
      },
    .on_uncaught_error = [progress](const std::string&,
                                    const error& what) { progress->set_error(what); },
  };
}

context_options options_of(const script_job& job) {
  auto options = job.context;
  options.console = true;
  options.timers = true;
  options.globals.push_back({"args", value{job.arguments}});
  return options;
}

} // namespace

script_outcome fail(const error& what) {
  // The script may be inside a write that nobody reads, and stay there.
  if (what.code == errc::deadline_exceeded) {
    write_line_within(stream::err, what.to_string(), std::chrono::seconds{1});
    exit_within(2 * stop_grace, exit_status::deadline);
    return {exit_status::deadline, {}};
  }
  // A usage error is about an option, not about the script.
  if (what.code == errc::invalid_argument)
    complain(what.message);
  else
    write_line(stream::err, what.to_string());
  return {exit_status_of(what.code), {}};
}

error reason_of(error what, const context& ctx) {
  if (what.code != errc::context_closed)
    return what;
  auto ended = ctx.exited();
  if (!ended.wait_for(stop_takes_at_most))
    return what;
  if (auto report = ended.get(); report && report->reason != errc::context_closed)
    return {.code = report->reason, .message = report->message};
  return what;
}

std::optional<steady_clock::time_point> deadline_of(const script_job& job) {
  return job.timeout.count() > 0 ? std::optional{steady_clock::now() + job.timeout}
                                 : std::nullopt;
}

run_options run_options_of(const script_job& job) {
  return {.timeout = job.timeout,
          .timeout_covers =
            job.timeout.count() > 0 ? timeout_scope::evaluation : timeout_scope::turn,
          .take = job.wants_value ? take_as::copy : take_as::nothing};
}

std::optional<script_outcome> follow(future<value> run, context& ctx,
                                     const std::shared_ptr<progress_of_script>& progress,
                                     const script_job& job,
                                     std::optional<steady_clock::time_point> deadline) {
  auto running = std::move(run).then([progress](result<value> outcome) {
    if (outcome)
      progress->set_value(*std::move(outcome));
    else
      progress->set_error(std::move(outcome).error());
  });
  auto resting = ctx.idle().then([progress](result<void> outcome) {
    if (outcome)
      progress->set_idle();
    else
      progress->set_error(std::move(outcome).error());
  });
  if (!progress->wait_until(deadline)) {
    error late{.code = errc::deadline_exceeded,
               .message =
                 fmt::format("Script execution timed out after {}ms", job.timeout.count())};
    if (progress->result()) // only timers are left
      return fail(late);
    // The library stops the run, and says so as soon as the script has let go.
    if (!progress->wait_until(*deadline + stop_takes_at_most))
      return fail(late);
  }
  if (auto failed = progress->failure())
    return fail(reason_of(*std::move(failed), ctx));
  return std::nullopt;
}

script_outcome run_script(const script_job& job) {
  exit_on_sigint();
  auto progress = std::make_shared<progress_of_script>();
  runtime rt{options_of(job, progress)};
  if (!rt.rejected_v8_flags().empty())
    return fail({.code = errc::invalid_argument,
                 .message = fmt::format("V8 has no flag {}", rt.rejected_v8_flags().front())});
  auto spawned = rt.spawn(options_of(job)).get();
  if (!spawned)
    return fail(spawned.error());
  auto ctx = *std::move(spawned);

  auto deadline = deadline_of(job);
  auto options = run_options_of(job);
  options.break_on_sigint = true;
  if (auto failed = follow(ctx.run(job.source, options, {.filename = job.filename}), ctx,
                           progress, job, deadline))
    return *std::move(failed);
  if (auto result = progress->result())
    return {exit_status::ok, *std::move(result)};
  // Answers keep the order of the questions: nothing is left that could run
  // script, and the run still has none.
  complain(fmt::format("{}: the value of the script is a promise that nothing will settle",
                       job.filename));
  return {exit_status::unsettled, {}};
}

} // namespace troupe::cli
