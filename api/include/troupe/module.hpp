#pragma once

#include "troupe/future.hpp"
#include "troupe/module_loader.hpp"
#include "troupe/module_options.hpp"
#include "troupe/module_source.hpp"
#include "troupe/options.hpp"
#include "troupe/value.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

namespace js {
struct module_description;
}

namespace detail {
struct module_access;
}

/// A module of a context, held by C++ (`vm.Module`), to be linked and evaluated step by
/// step. `context::import` does all of it at once.
///
///     troupe::source_text_module main =
///       ctx.compile_module("import { n } from 'n'; export const twice = 2 * n;").get();
///     auto linked = main.link(loader).get();
///     auto done = main.evaluate().get();
///     troupe::value twice = main.get("twice").get();
///
/// Threads:  one handle may be used from any thread, also at once.
/// Lifetime: a lease: the module lives as long as the handle, or as something that
///           imports it. Does not keep the context alive.
/// Errors:   through the futures: `module_status` when the module is not in the right
///           state, `stale_reference` after `context::reset`, `context_closed`,
///           `no_such_context` for an empty handle.
class vm_module {
public:
  vm_module() = default;
  vm_module(vm_module&&) noexcept = default;
  vm_module& operator=(vm_module&&) noexcept = default;

  /// Another handle to the same module.
  [[nodiscard]] vm_module share() const;

  [[nodiscard]] const std::string& identifier() const noexcept;

  [[nodiscard]] future<module_status> status() const;

  /// What its evaluation has thrown, as far as it can be cloned; undefined unless the module
  /// is errored.
  [[nodiscard]] future<value> error() const;

  /// The exports: an object of copies, and references to functions and to what cannot be
  /// copied. The module must be linked.
  [[nodiscard]] future<value> exports(take_as how = take_as::copy) const;

  /// One export, in the same way.
  [[nodiscard]] future<value> get(std::string name, take_as how = take_as::copy) const;

  /// Evaluates the module and what it imports; answered when that is done, top-level `await`
  /// included. Again after that: the same outcome, or `evaluation_lost` when it was stopped. The
  /// module must be linked.
  [[nodiscard]] future<void> evaluate(run_options how = {}) const;

  /// Name of its context.
  [[nodiscard]] std::string_view context() const noexcept;

  [[nodiscard]] bool valid() const noexcept {
    return held_.is(value_kind::reference);
  }

protected:
  friend struct detail::module_access;

  value held_;
  std::shared_ptr<const js::module_description> facts_;
};

/// Gives the module that a request means.
using module_resolver = std::function<future<vm_module>(module_request)>;

/// A module with a source text (`vm.SourceTextModule`).
class source_text_module : public vm_module {
public:
  [[nodiscard]] source_text_module share() const;

  /// What it imports, in the order of its source. (`moduleRequests`.)
  [[nodiscard]] const std::vector<module_request>& module_requests() const noexcept;

  /// Does it use `await` at its top?
  [[nodiscard]] bool has_top_level_await() const noexcept;

  /// Does it, or anything that it imports? The module must be linked.
  [[nodiscard]] future<bool> has_async_graph() const;

  /// Was `module_options::cached_data` of no use? Unset when there was none.
  [[nodiscard]] std::optional<bool> cached_data_rejected() const noexcept;

  // -- linking ------------------------------------------------------------------
  // Either `link`, or `link_requests` of each module and then `instantiate` of one.

  /// Loads what the graph needs, each request once, and links it. Once only
  /// (`module_already_linked`). A timeout covers all of it.
  [[nodiscard]] future<void> link(std::shared_ptr<module_loader> loader,
                                  run_options how = {}) const;
  /// The same with modules of this context in place of sources; those that are not linked are
  /// asked for their own requests.
  [[nodiscard]] future<void> link(module_resolver resolver, run_options how = {}) const;

  /// Says which modules the requests mean, in their order. (`linkRequests`.)
  [[nodiscard]] future<void> link_requests(
    const std::vector<std::reference_wrapper<const vm_module>>& modules) const;

  /// Binds imports to exports, in the whole graph.
  [[nodiscard]] future<void> instantiate() const;

  /// What V8 has compiled it to, for `module_options::cached_data` of the same source; before
  /// its evaluation. (`createCachedData`.)
  [[nodiscard]] future<std::vector<std::byte>> create_cached_data() const;
};

/// A module made of values (`vm.SyntheticModule`).
class synthetic_module : public vm_module {
public:
  [[nodiscard]] synthetic_module share() const;

  /// Nothing to be found, but it must be done before evaluation.
  [[nodiscard]] future<void> link() const;

  /// Sets an export, also later: importers see it change. The module must be linked.
  [[nodiscard]] future<void> set_export(std::string name, value item) const;
};

} // namespace troupe
