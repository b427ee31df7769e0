#pragma once

#include "runtime/environment.hpp"
#include "runtime/event_loop.hpp"
#include "tests/support/patience.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::testing {

using namespace std::chrono_literals;

/// An environment on the test's thread, with a loop that turns as long as the
/// test waits for something. Writes down what it is told.
class script_host {
public:
  explicit script_host(context_options options = {});
  ~script_host();

  // -- requests ---------------------------------------------------------------

  /// Runs a script and turns the loop until its answer is there.
  result<value> run(std::string code, run_options options = {}, script_options source = {});

  /// Runs a script; its answer may come later.
  js::request_id begin(std::string code, run_options options = {}, script_options source = {});

  /// Starts a request of another kind and turns the loop until it is answered:
  ///
  ///     host.ask([&](js::environment& env, js::request_id id) { env.has_property(id, {}, "x");
  ///     })
  result<value> ask(const std::function<void(js::environment&, js::request_id)>& request);

  /// The value of `run`; the test fails when there is none.
  value value_of(std::string code, run_options options = {});

  /// The error of `run`; the test fails when there is none.
  error error_of(std::string code, run_options options = {}, script_options source = {});

  // -- the loop ---------------------------------------------------------------

  /// Turns the loop until `done`; the test fails when that takes too long.
  void turn_until(const std::function<bool()>& done);

  /// Turns the loop until no script could run by itself.
  void turn_until_idle();

  /// The one answer to a request; turns the loop until it is there.
  result<value> answer_to(js::request_id request);

  /// Answers that have come to one request.
  [[nodiscard]] std::size_t answers(js::request_id request) const;

  [[nodiscard]] js::environment& environment() {
    return *environment_;
  }

  [[nodiscard]] js::run_ledger& ledger() {
    return *environment_->ledger();
  }

  /// Ends the environment.
  void destroy() {
    environment_.reset();
  }

  // -- what it was told -------------------------------------------------------

  std::vector<error> uncaught;
  std::vector<console_line> lines;
  std::vector<js::steady_time> armed;
  std::atomic<int> sigint_held{0}; ///< Holds that last.
  int sigint_held_ever = 0;        ///< Holds that were handed out.
  std::atomic<bool> sigint_fired{false};
  result<void> prepared;

  /// Called on each console line, and each time a deadline is armed, on the
  /// thread of the script.
  std::function<void()> on_line;
  std::function<void(js::steady_time)> on_arm;

  js::event_loop loop;

private:
  std::map<js::request_id, std::vector<result<value>>> answers_;
  js::request_id last_request_ = 0;
  std::optional<js::environment> environment_;
};

} // namespace troupe::testing
