#include "troupe/module.hpp"

#include "actors/messages.hpp"
#include "api/loader_adapter.hpp"
#include "api/module_access.hpp"
#include "api/request.hpp"

namespace troupe {

using actors::module_operation;
using actors::module_operation_request;
using detail::module_access;

namespace {

template <class T, class Convert>
future<T> ask(const value& held, module_operation_request request, Convert convert) {
  request.module = held;
  return detail::ask<T>(detail::home_of(held), std::move(request), std::move(convert));
}

template <class T>
future<T> ask(const value& held, module_operation_request request) {
  return ask<T>(held, std::move(request), &detail::converted<T>);
}

/// A timeout is for all of it.
run_options whole(run_options how) {
  if (how.timeout.count() > 0)
    how.timeout_covers = timeout_scope::evaluation;
  return how;
}

template <class Source>
future<void> link_with(const value& held, Source source, run_options how) {
  auto home = detail::home_of(held);
  how = whole(how);
  if (auto unsound = detail::check(how))
    return detail::refuse<void>(home, *std::move(unsound));
  if (!source)
    return detail::refuse<void>(
      home, {.code = errc::invalid_argument, .message = "link needs a loader; it is null"});
  module_operation_request request{.operation = module_operation::link, .options = how};
  if (!home || !home->link)
    return ask<void>(held, std::move(request));
  auto adapter = std::make_shared<detail::loader_adapter>(home->callbacks, std::move(source));
  request.port = {home->link->add_port(adapter), adapter};
  auto finish = [link = std::weak_ptr{home->link},
                 port = request.port.id](result<value> outcome) {
    if (auto open = link.lock())
      open->remove_port(port);
    return detail::converted<void>(std::move(outcome));
  };
  return ask<void>(held, std::move(request), finish);
}

const js::module_description& no_facts() {
  static const js::module_description none;
  return none;
}

} // namespace

// -- vm_module ------------------------------------------------------------------------

vm_module vm_module::share() const {
  return module_access::share<vm_module>(*this);
}

const std::string& vm_module::identifier() const noexcept {
  return (facts_ ? *facts_ : no_facts()).identifier;
}

future<module_status> vm_module::status() const {
  return ask<module_status>(held_, {.operation = module_operation::describe},
                            [](result<value> outcome) -> result<module_status> {
                              if (!outcome)
                                return std::move(outcome).error();
                              return static_cast<module_status>((*outcome)["status"].as<int>());
                            });
}

future<value> vm_module::error() const {
  return ask<value>(held_, {.operation = module_operation::describe},
                    [](result<value> outcome) -> result<value> {
                      if (!outcome)
                        return std::move(outcome).error();
                      return (*outcome)["error"];
                    });
}

future<value> vm_module::exports(take_as how) const {
  if (auto unsound = detail::check(how))
    return detail::refuse<value>(detail::home_of(held_), *std::move(unsound));
  return ask<value>(held_,
                    {.operation = module_operation::take_namespace, .options = {.take = how}});
}

future<value> vm_module::get(std::string name, take_as how) const {
  if (auto unsound = detail::check(how))
    return detail::refuse<value>(detail::home_of(held_), *std::move(unsound));
  return ask<value>(held_, {.operation = module_operation::get_export,
                            .key = std::move(name),
                            .options = {.take = how}});
}

future<void> vm_module::evaluate(run_options how) const {
  if (auto unsound = detail::check(how))
    return detail::refuse<void>(detail::home_of(held_), *std::move(unsound));
  return ask<void>(held_, {.operation = module_operation::evaluate, .options = how});
}

std::string_view vm_module::context() const noexcept {
  auto home = detail::home_of(held_);
  return home && home->link ? std::string_view{home->link->name()} : std::string_view{};
}

// -- source_text_module ----------------------------------------------------------------

source_text_module source_text_module::share() const {
  return module_access::share<source_text_module>(*this);
}

const std::vector<module_request>& source_text_module::module_requests() const noexcept {
  return (facts_ ? *facts_ : no_facts()).requests;
}

bool source_text_module::has_top_level_await() const noexcept {
  return facts_ && facts_->has_top_level_await;
}

std::optional<bool> source_text_module::cached_data_rejected() const noexcept {
  return facts_ ? facts_->cached_data_rejected : std::nullopt;
}

future<bool> source_text_module::has_async_graph() const {
  return ask<bool>(held_, {.operation = module_operation::describe},
                   [id = identifier()](result<value> outcome) -> result<bool> {
                     if (!outcome)
                       return std::move(outcome).error();
                     auto known = (*outcome)["has_async_graph"].as<std::optional<bool>>();
                     if (!known)
                       return troupe::error{.code = errc::module_status,
                                            .message =
                                              "module '" + id
                                              + "' must be linked, and not errored, to "
                                                "tell whether its graph is asynchronous"};
                     return *known;
                   });
}

future<void> source_text_module::link(std::shared_ptr<module_loader> loader,
                                      run_options how) const {
  return link_with(held_, std::move(loader), how);
}

future<void> source_text_module::link(module_resolver resolver, run_options how) const {
  return link_with(held_, std::move(resolver), how);
}

future<void> source_text_module::link_requests(
  const std::vector<std::reference_wrapper<const vm_module>>& modules) const {
  std::vector<value> targets;
  for (const vm_module& each : modules)
    targets.push_back(module_access::held(each));
  return ask<void>(held_,
                   {.operation = module_operation::link_requests, .targets = std::move(targets)});
}

future<void> source_text_module::instantiate() const {
  return ask<void>(held_, {.operation = module_operation::instantiate});
}

future<std::vector<std::byte>> source_text_module::create_cached_data() const {
  return ask<std::vector<std::byte>>(held_, {.operation = module_operation::cached_data});
}

// -- synthetic_module --------------------------------------------------------------------

synthetic_module synthetic_module::share() const {
  return module_access::share<synthetic_module>(*this);
}

future<void> synthetic_module::link() const {
  return ask<void>(held_, {.operation = module_operation::instantiate});
}

future<void> synthetic_module::set_export(std::string name, value item) const {
  return ask<void>(
    held_,
    {.operation = module_operation::set_export, .key = std::move(name), .item = std::move(item)});
}

} // namespace troupe
