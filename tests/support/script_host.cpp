#include "tests/support/script_host.hpp"

#include "runtime/engine.hpp"
#include "runtime/script_requests.hpp"

#include <catch2/catch_test_macros.hpp>

namespace troupe::testing {

namespace {

class counted_hold final : public js::sigint_hold {
public:
  explicit counted_hold(script_host& host) : host_(host) {
  }

  ~counted_hold() override {
    counted_hold::end();
  }

  [[nodiscard]] bool fired() const noexcept override {
    return host_.sigint_fired;
  }

  void end() noexcept override {
    if (!ended_.exchange(true))
      --host_.sigint_held;
  }

private:
  script_host& host_;
  std::atomic<bool> ended_{false};
};

} // namespace

script_host::script_host(context_options options) {
  js::environment_events events{
    .answer = [this](js::request_id request,
                     result<value> outcome) { answers_[request].push_back(std::move(outcome)); },
    .arm =
      [this](js::steady_time at) {
        armed.push_back(at);
        if (on_arm)
          on_arm(at);
      },
    .hold_sigint =
      [this] {
        ++sigint_held;
        ++sigint_held_ever;
        return std::make_shared<counted_hold>(*this);
      },
    .write =
      [this](const console_line& line) {
        lines.push_back(line);
        if (on_line)
          on_line();
      },
    .uncaught = [this](error what) { uncaught.push_back(std::move(what)); },
    .lost = [](const char*) { std::abort(); },
  };
  if (!loop.usable())
    FAIL("the system refused an event loop");
  environment_.emplace(js::engine::start(), loop, options, std::move(events));
  prepared = environment_->prepare(options);
}

script_host::~script_host() {
  loop.clear_timers();
}

js::request_id script_host::begin(std::string code, run_options options, script_options source) {
  auto request = ++last_request_;
  environment_->scripts().run(request, {0, std::move(code), std::move(source)}, options);
  return request;
}

result<value> script_host::run(std::string code, run_options options, script_options source) {
  return answer_to(begin(std::move(code), options, std::move(source)));
}

result<value> script_host::ask(
  const std::function<void(js::environment&, js::request_id)>& request) {
  auto id = ++last_request_;
  request(*environment_, id);
  return answer_to(id);
}

value script_host::value_of(std::string code, run_options options) {
  auto outcome = run(code, options);
  if (!outcome)
    FAIL("unexpected error " << code_name(outcome.error().code) << ": "
                             << outcome.error().to_string() << "\nof " << code);
  return *std::move(outcome);
}

error script_host::error_of(std::string code, run_options options, script_options source) {
  auto outcome = run(code, options, std::move(source));
  if (outcome)
    FAIL("an error was expected, not " << outcome->to_string() << "\nof " << code);
  return std::move(outcome).error();
}

void script_host::turn_until(const std::function<bool()>& done) {
  bool late = false;
  auto guard = loop.start_timer(std::chrono::milliseconds{patience}, {}, [&] { late = true; });
  loop.run([&] {
    bool worked = environment_ && environment_->poll();
    if (done() || late)
      loop.stop();
    return worked;
  });
  loop.cancel_timer(guard);
  if (late)
    FAIL("what the test waited for did not happen");
}

void script_host::turn_until_idle() {
  turn_until([this] { return environment_->idle(); });
}

result<value> script_host::answer_to(js::request_id request) {
  turn_until([&] { return answers(request) != 0; });
  return answers_.at(request).front();
}

std::size_t script_host::answers(js::request_id request) const {
  auto found = answers_.find(request);
  return found == answers_.end() ? 0 : found->second.size();
}

} // namespace troupe::testing
