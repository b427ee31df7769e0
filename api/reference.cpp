#include "troupe/reference.hpp"

#include "actors/messages.hpp"
#include "api/module_access.hpp"
#include "api/request.hpp"
#include "runtime/lease.hpp"

namespace troupe {

using actors::property_operation;
using actors::property_request;

namespace {

using detail::home_of;

template <class T, class Message>
future<T> ask(const value& held, Message message) {
  return detail::ask<T>(home_of(held), std::move(message), &detail::converted<T>);
}

std::string_view name_of(const value& held) noexcept {
  auto home = home_of(held);
  return home && home->link ? std::string_view{home->link->name()} : std::string_view{};
}

} // namespace

std::shared_ptr<const detail::context_home> detail::home_of(const value& held) {
  auto lease = js::lease_of(held);
  return lease ? std::static_pointer_cast<const context_home>(lease->owner()) : nullptr;
}

// -- reference ------------------------------------------------------------------------

future<value> reference::copy(run_options how) const {
  if (auto unsound = detail::check(how))
    return detail::refuse<value>(home_of(held_), *std::move(unsound));
  return ask<value>(held_, actors::copy_request{0, held_, how});
}

future<value> reference::get(std::string key, take_as how) const {
  if (auto unsound = detail::check(how))
    return detail::refuse<value>(home_of(held_), *std::move(unsound));
  return ask<value>(held_, property_request{.operation = property_operation::get,
                                            .key = std::move(key),
                                            .object = held_,
                                            .take = how});
}

future<void> reference::set(std::string key, value item) const {
  return ask<void>(held_, property_request{.operation = property_operation::set,
                                           .key = std::move(key),
                                           .item = std::move(item),
                                           .object = held_});
}

future<bool> reference::has(std::string key) const {
  return ask<bool>(held_, property_request{.operation = property_operation::has,
                                           .key = std::move(key),
                                           .object = held_});
}

future<bool> reference::remove(std::string key) const {
  return ask<bool>(held_, property_request{.operation = property_operation::remove,
                                           .key = std::move(key),
                                           .object = held_});
}

future<std::vector<std::string>> reference::keys() const {
  return ask<std::vector<std::string>>(
    held_, property_request{.operation = property_operation::keys, .object = held_});
}

std::string_view reference::context() const noexcept {
  return name_of(held_);
}

// -- function -------------------------------------------------------------------------

future<value> function::call(std::vector<value> arguments, run_options how) const {
  return call(std::move(arguments), how, value{});
}

future<value> function::call(std::vector<value> arguments, run_options how,
                             value receiver) const {
  auto home = home_of(held_);
  if (auto unsound = detail::check(how))
    return detail::refuse<value>(home, *std::move(unsound));
  return detail::ask<value>(
    home,
    actors::call_request{
      0,
      {.callee = held_, .receiver = std::move(receiver), .arguments = std::move(arguments)},
      how},
    &detail::converted<value>);
}

future<std::vector<std::byte>> function::create_cached_data() const {
  return ask<std::vector<std::byte>>(held_, actors::function_cache_request{0, held_});
}

std::string_view function::context() const noexcept {
  return name_of(held_);
}

bool detail::is_callable_reference(const value& from) noexcept {
  auto lease = js::lease_of(from);
  return lease && lease->callable();
}

} // namespace troupe
