#pragma once

#include "api/context_home.hpp"
#include "runtime/module_requests.hpp"
#include "troupe/module.hpp"
#include "troupe/result.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace troupe::detail {

/// Makes handles of modules from what a context tells, and takes them apart.
struct module_access {
  template <class Module>
  [[nodiscard]] static result<Module> make(result<value> outcome) {
    if (!outcome)
      return std::move(outcome).error();
    auto facts = std::make_shared<js::module_description>(js::to_module_description(*outcome));
    Module made;
    made.held_ = std::exchange(facts->module, value{});
    made.facts_ = std::move(facts);
    return made;
  }

  template <class Module>
  [[nodiscard]] static Module share(const vm_module& from) {
    Module made;
    made.held_ = from.held_;
    made.facts_ = from.facts_;
    return made;
  }

  [[nodiscard]] static const value& held(const vm_module& of) noexcept {
    return of.held_;
  }
};

/// The error of a call with an enumerator that is none; nothing when it is one.
[[nodiscard]] std::optional<error> check(take_as how);

/// Where the object or module on lease lives; null for an empty handle.
[[nodiscard]] std::shared_ptr<const context_home> home_of(const value& held);

} // namespace troupe::detail
