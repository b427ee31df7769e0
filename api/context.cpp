#include "troupe/context.hpp"

#include "actors/client.hpp"
#include "actors/messages.hpp"
#include "api/request.hpp"
#include "api/script_access.hpp"
#include "runtime/memory_measurement.hpp"

#include <fmt/format.h>

namespace troupe {

using actors::global_operation;
using actors::global_request;

namespace {

result<value> keep(result<value> outcome) {
  return outcome;
}

result<void> drop_value(result<value> outcome) {
  if (!outcome)
    return std::move(outcome).error();
  return {};
}

template <class T>
result<T> convert(result<value> outcome) {
  if (!outcome)
    return std::move(outcome).error();
  return outcome->as<T>(); // what context actors answer to this request
}

template <class T>
future<T> refuse(const std::shared_ptr<detail::callback_queue>& callbacks, std::string message) {
  auto state = std::make_shared<detail::future_state<T>>(callbacks);
  state->settle(error{.code = errc::invalid_argument, .message = std::move(message)});
  return detail::future_access::make<T>(std::move(state));
}

class exit_request final : public detail::future_state<exit_report>,
                           public actors::exit_receiver {
public:
  using future_state::future_state;

  void receive(const exit_report& report) override {
    settle(report);
  }
};

} // namespace

context::~context() {
  if (link_)
    link_->ask_to_close(false);
}

context& context::operator=(context&& other) noexcept {
  std::swap(link_, other.link_);
  std::swap(client_, other.client_);
  std::swap(callbacks_, other.callbacks_);
  return *this;
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

future<value> context::send_run(std::shared_ptr<const js::script_source> source,
                                const run_options& how) {
  if (how.timeout.count() < 0)
    return refuse<value>(
      callbacks_,
      fmt::format("run_options::timeout must not be negative; it is {} ms", how.timeout.count()));
  if (how.timeout_covers > timeout_scope::evaluation)
    return refuse<value>(callbacks_, "run_options::timeout_covers is no timeout_scope");
  if (how.timeout_covers == timeout_scope::evaluation && how.timeout.count() == 0)
    return refuse<value>(callbacks_,
                         "run_options::timeout_covers is `evaluation`, but there is no timeout");
  return detail::ask<value>(callbacks_, client_, link_,
                            actors::run_request{0, {std::move(source)}, how}, &keep);
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
  return ask<script>(where.callbacks_, where.client_, where.link_,
                     actors::compile_request{0, {script_access::source(what)}}, finish);
}

future<std::vector<std::byte>> context::create_cached_data(const script& compiled) {
  return detail::ask<std::vector<std::byte>>(
    callbacks_, client_, link_,
    actors::code_cache_request{0, {detail::script_access::source(compiled)}},
    &convert<std::vector<std::byte>>);
}

// -- the global object -----------------------------------------------------------------

future<value> context::get(std::string key) {
  return detail::ask<value>(callbacks_, client_, link_,
                            global_request{0, global_operation::get, std::move(key), {}}, &keep);
}

future<void> context::set(std::string key, value item) {
  return detail::ask<void>(
    callbacks_, client_, link_,
    global_request{0, global_operation::set, std::move(key), std::move(item)}, &drop_value);
}

future<bool> context::has(std::string key) {
  return detail::ask<bool>(callbacks_, client_, link_,
                           global_request{0, global_operation::has, std::move(key), {}},
                           &convert<bool>);
}

future<bool> context::remove(std::string key) {
  return detail::ask<bool>(callbacks_, client_, link_,
                           global_request{0, global_operation::remove, std::move(key), {}},
                           &convert<bool>);
}

future<std::vector<std::string>> context::keys() {
  return detail::ask<std::vector<std::string>>(callbacks_, client_, link_,
                                               global_request{0, global_operation::keys, {}, {}},
                                               &convert<std::vector<std::string>>);
}

// -- what it holds -----------------------------------------------------------------------

future<memory_report> context::measure_memory(memory_options what) {
  if (what.mode > memory_mode::detailed)
    return refuse<memory_report>(callbacks_, "memory_options::mode is no memory_mode");
  if (what.execution > memory_execution::eager)
    return refuse<memory_report>(callbacks_, "memory_options::execution is no memory_execution");
  auto finish = [](result<value> outcome) -> result<memory_report> {
    if (!outcome)
      return std::move(outcome).error();
    return js::to_memory_report(*outcome);
  };
  return detail::ask<memory_report>(callbacks_, client_, link_, actors::memory_request{0, what},
                                    finish);
}

future<void> context::reset() {
  return detail::ask<void>(callbacks_, client_, link_, actors::reset_request{}, &drop_value);
}

// -- life -------------------------------------------------------------------------------

future<void> context::idle() {
  return detail::ask<void>(callbacks_, client_, link_, actors::idle_request{}, &drop_value);
}

future<exit_report> context::close(close_mode mode) {
  auto ended = exited();
  if (link_)
    link_->ask_to_close(mode == close_mode::drain);
  return ended;
}

future<exit_report> context::exited() const {
  auto state = std::make_shared<exit_request>(callbacks_);
  if (link_)
    link_->on_exit(state);
  else
    state->settle(error{.code = errc::no_such_context,
                        .message = "the handle is empty: it was moved from or never spawned"});
  return detail::future_access::make<exit_report>(std::move(state));
}

bool context::alive() const noexcept {
  return link_ && !link_->closed();
}

std::string_view context::name() const noexcept {
  return link_ ? std::string_view{link_->name()} : std::string_view{};
}

std::string_view context::origin() const noexcept {
  return link_ ? std::string_view{link_->origin()} : std::string_view{};
}

context detail::context_access::make(std::shared_ptr<actors::context_link> link,
                                     std::shared_ptr<actors::client> client,
                                     std::shared_ptr<callback_queue> callbacks) {
  context made;
  made.link_ = std::move(link);
  made.client_ = std::move(client);
  made.callbacks_ = std::move(callbacks);
  return made;
}

} // namespace troupe
