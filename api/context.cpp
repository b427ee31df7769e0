#include "troupe/context.hpp"

#include "actors/client.hpp"
#include "actors/messages.hpp"
#include "api/module_access.hpp"
#include "api/request.hpp"
#include "api/script_access.hpp"
#include "api/spawning.hpp"
#include "runtime/memory_measurement.hpp"

#include <fmt/format.h>

namespace troupe {

using actors::property_operation;
using actors::property_request;
using detail::converted;

namespace {

class exit_request final : public detail::future_state<exit_report>,
                           public actors::exit_receiver {
public:
  using future_state::future_state;

  void receive(const exit_report& report) override {
    settle(report);
  }

  [[nodiscard]] bool gone() const override {
    return forsaken();
  }
};

future<exit_report> exit_of(const std::shared_ptr<const detail::context_home>& served) {
  if (!served)
    return detail::refuse<exit_report>(
      served, {.code = errc::no_such_context,
               .message = "the handle is empty: it was moved from or never spawned"});
  auto state = std::make_shared<exit_request>(served->callbacks);
  served->link->on_exit(state);
  return detail::future_access::make<exit_report>(std::move(state));
}

} // namespace

context::~context() {
  if (seat_)
    seat_->end(true)->link->ask_to_close(false);
}

context& context::operator=(context&& other) noexcept {
  std::swap(seat_, other.seat_);
  return *this;
}

std::shared_ptr<const detail::context_home> context::home() const {
  return seat_ ? seat_->home() : nullptr;
}

// -- scripts ------------------------------------------------------------------------

future<value> context::run(std::string source, run_options how) {
  return run(std::move(source), how, script_options{});
}

future<value> context::run(std::string source, run_options how, script_options what) {
  auto once = std::make_shared<const js::script_source>(
    js::script_source{0, std::move(source), std::move(what)});
  return send_run(std::move(once), how);
}

future<value> context::run(const script& compiled, run_options how) {
  return send_run(detail::script_access::source(compiled), how);
}

std::optional<error> detail::check(take_as how) {
  if (how > take_as::nothing)
    return error{.code = errc::invalid_argument, .message = "what to take it as is no take_as"};
  return std::nullopt;
}

std::optional<error> detail::check(const run_options& how) {
  if (how.timeout.count() < 0)
    return error{.code = errc::invalid_argument,
                 .message = fmt::format("run_options::timeout must not be negative; it is {} ms",
                                        how.timeout.count())};
  if (how.cpu_time.count() < 0)
    return error{.code = errc::invalid_argument,
                 .message = fmt::format("run_options::cpu_time must not be negative; it is {} ms",
                                        how.cpu_time.count())};
  if (how.timeout_covers > timeout_scope::evaluation)
    return error{.code = errc::invalid_argument,
                 .message = "run_options::timeout_covers is no timeout_scope"};
  if (auto unsound = check(how.take))
    return unsound;
  if (how.timeout_covers == timeout_scope::evaluation && how.timeout.count() == 0)
    return error{.code = errc::invalid_argument,
                 .message =
                   "run_options::timeout_covers is `evaluation`, but there is no timeout"};
  return std::nullopt;
}

future<value> context::send_run(std::shared_ptr<const js::script_source> source,
                                const run_options& how) {
  if (auto unsound = detail::check(how))
    return detail::refuse<value>(home(), *std::move(unsound));
  return detail::ask<value>(home(), actors::run_request{0, {std::move(source)}, how},
                            &converted<value>);
}

future<script> context::compile(std::string source) {
  return compile(std::move(source), script_options{});
}

future<script> context::compile(std::string source, script_options what) {
  return detail::context_access::compile(*this, script{std::move(source), std::move(what)});
}

future<script> detail::context_access::compile(context& where, const script& what) {
  auto finish = [what](result<value> outcome) -> result<script> {
    if (!outcome)
      return std::move(outcome).error();
    return script_access::with(what, js::to_compile_facts(*outcome));
  };
  return ask<script>(where.home(), actors::compile_request{0, {script_access::source(what)}},
                     finish);
}

future<function> context::compile_function(std::string body) {
  return compile_function(std::move(body), function_options{});
}

future<function> context::compile_function(std::string body, function_options how) {
  auto finish = [](result<value> outcome) -> result<function> {
    if (!outcome)
      return std::move(outcome).error();
    auto made = (*outcome)["function"].as<function>();
    made.rejected_ = (*outcome)["cached_data_rejected"].as<std::optional<bool>>();
    return made;
  };
  return detail::ask<function>(
    home(),
    actors::compile_function_request{0,
                                     {std::move(body), std::move(how.parameters),
                                      std::move(how.context_extensions), std::move(how.script)}},
    finish);
}

future<std::vector<std::byte>> context::create_cached_data(const script& compiled) {
  return detail::ask<std::vector<std::byte>>(
    home(), actors::code_cache_request{0, {detail::script_access::source(compiled)}},
    &converted<std::vector<std::byte>>);
}

// -- modules ------------------------------------------------------------------------

future<value> context::import(std::string specifier, run_options how) {
  return import(module_request{.specifier = std::move(specifier)}, how);
}

future<value> context::import(module_request what, run_options how) {
  if (how.timeout.count() > 0)
    how.timeout_covers = timeout_scope::evaluation;
  auto unsound = detail::check(how);
  if (what.phase > import_phase::source)
    unsound = error{.code = errc::invalid_argument,
                    .message = "module_request::phase is no import_phase"};
  if (unsound)
    return detail::refuse<value>(home(), *std::move(unsound));
  return detail::ask<value>(home(), actors::import_request{0, std::move(what), how},
                            &converted<value>);
}

future<module_graph> context::inspect_graph(std::string specifier, run_options how) {
  if (how.timeout.count() > 0)
    how.timeout_covers = timeout_scope::evaluation;
  how.take = take_as::copy;
  if (auto unsound = detail::check(how))
    return detail::refuse<module_graph>(home(), *std::move(unsound));
  auto finish = [](result<value> outcome) -> result<module_graph> {
    if (!outcome)
      return std::move(outcome).error();
    return js::to_module_graph(*outcome);
  };
  return detail::ask<module_graph>(
    home(), actors::import_request{0, {.specifier = std::move(specifier)}, how, true}, finish);
}

future<value> context::reload(std::string specifier, run_options how) {
  auto old = home();
  if (!old)
    return import(std::move(specifier), how); // says why not
  // The seat outlives the handle: then there is nobody to serve.
  auto seat = std::weak_ptr{seat_};
  auto kept = old->options.lock();
  if (!kept || old->link->closed())
    return import(std::move(specifier), how); // says why it has ended
  auto options = *kept;
  options.name = old->link->name();
  auto started = std::make_shared<context>();
  error gone{.code = errc::context_closed,
             .message = "the context was closed, or reloaded by somebody else, meanwhile"};
  return detail::spawn_context(old->callbacks, old->client, std::move(options))
    .then([started, seat, gone, specifier = std::move(specifier),
           how](result<context> spawned) -> future<value> {
      if (!spawned)
        return detail::refuse<value>(nullptr, std::move(spawned).error());
      *started = *std::move(spawned);
      if (auto place = seat.lock(); !place || !place->expect(started->home()->link))
        return detail::refuse<value>(nullptr, gone);
      return started->import(specifier, how);
    })
    .then([started, seat, old, gone](result<value> imported) -> result<value> {
      auto fresh = std::move(*started);
      if (!imported)
        return imported;
      auto place = seat.lock();
      auto home = fresh.home();
      if (!place || old->link->closed() || !place->replace(old, home))
        return gone;
      old->link->hand_watchers_to(*home->link);
      old->link->ask_to_close(true);
      detail::context_access::release(std::move(fresh));
      return imported;
    });
}

future<source_text_module> context::compile_module(std::string code) {
  return compile_module(std::move(code), module_options{});
}

future<source_text_module> context::compile_module(std::string code, module_options how) {
  return detail::ask<source_text_module>(
    home(),
    actors::define_module_request{0, {.code = std::move(code), .options = std::move(how)}},
    &detail::module_access::make<source_text_module>);
}

future<synthetic_module> context::make_module(std::vector<value::member> exports,
                                              std::string identifier) {
  return detail::ask<synthetic_module>(
    home(),
    actors::define_module_request{0,
                                  {.code = {},
                                   .options = {.identifier = std::move(identifier)},
                                   .exports = std::move(exports),
                                   .synthetic = true}},
    &detail::module_access::make<synthetic_module>);
}

// -- the global object -----------------------------------------------------------------

future<value> context::get(std::string key, take_as how) {
  if (auto unsound = detail::check(how))
    return detail::refuse<value>(home(), *std::move(unsound));
  return detail::ask<value>(
    home(),
    property_request{.operation = property_operation::get, .key = std::move(key), .take = how},
    &converted<value>);
}

future<void> context::set(std::string key, value item) {
  return detail::ask<void>(home(),
                           property_request{.operation = property_operation::set,
                                            .key = std::move(key),
                                            .item = std::move(item)},
                           &converted<void>);
}

future<bool> context::has(std::string key) {
  return detail::ask<bool>(
    home(), property_request{.operation = property_operation::has, .key = std::move(key)},
    &converted<bool>);
}

future<bool> context::remove(std::string key) {
  return detail::ask<bool>(
    home(), property_request{.operation = property_operation::remove, .key = std::move(key)},
    &converted<bool>);
}

future<std::vector<std::string>> context::keys() {
  return detail::ask<std::vector<std::string>>(
    home(), property_request{.operation = property_operation::keys},
    &converted<std::vector<std::string>>);
}

// -- what it holds -----------------------------------------------------------------------

future<memory_report> context::measure_memory(memory_options what) {
  auto unsound = [this](std::string message) {
    return detail::refuse<memory_report>(
      home(), {.code = errc::invalid_argument, .message = std::move(message)});
  };
  if (what.mode > memory_mode::detailed)
    return unsound("memory_options::mode is no memory_mode");
  if (what.execution > memory_execution::eager)
    return unsound("memory_options::execution is no memory_execution");
  auto finish = [](result<value> outcome) -> result<memory_report> {
    if (!outcome)
      return std::move(outcome).error();
    return js::to_memory_report(*outcome);
  };
  return detail::ask<memory_report>(home(), actors::memory_request{0, what}, finish);
}

future<void> context::reset() {
  return detail::ask<void>(home(), actors::reset_request{}, &converted<void>);
}

// -- life -------------------------------------------------------------------------------

future<void> context::idle() {
  return detail::ask<void>(home(), actors::idle_request{}, &converted<void>);
}

future<exit_report> context::close(close_mode mode) {
  if (mode > close_mode::now)
    return detail::refuse<exit_report>(
      home(), {.code = errc::invalid_argument, .message = "the mode is no close_mode"});
  auto served = seat_ ? seat_->end(mode == close_mode::now) : nullptr;
  auto ended = exit_of(served);
  if (served)
    served->link->ask_to_close(mode == close_mode::drain);
  return ended;
}

future<exit_report> context::exited() const {
  return exit_of(home());
}

bool context::alive() const noexcept {
  auto served = home();
  return served && !served->link->closed();
}

context_stats context::stats() const {
  auto served = home();
  return served ? served->link->stats() : context_stats{};
}

std::string_view context::name() const noexcept {
  return seat_ ? std::string_view{seat_->name()} : std::string_view{};
}

std::string_view context::origin() const noexcept {
  return seat_ ? std::string_view{seat_->origin()} : std::string_view{};
}

} // namespace troupe
