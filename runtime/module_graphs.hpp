#pragma once

#include "runtime/module_linking.hpp"
#include "runtime/module_port.hpp"
#include "runtime/module_record.hpp"
#include "runtime/promise_guard.hpp"
#include "runtime/turn.hpp"
#include "troupe/module_graph.hpp"
#include "troupe/options.hpp"
#include "troupe/result.hpp"

#include <v8-callbacks.h>
#include <v8-context.h>
#include <v8-message.h>
#include <v8-persistent-handle.h>
#include <v8-promise.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::js {

class environment;

/// The modules that a graph's imports lead to: the module map of a realm
/// (https://html.spec.whatwg.org/#module-map), or of a graph that is linked by itself.
struct module_scope {
  module_port port;
  std::unordered_map<std::string, module_hold> modules;  // by identifier and kind
  std::unordered_map<std::string, module_hold> resolved; // by request
  std::size_t resolved_bytes = 0;                        // of the requests
  std::unordered_map<std::string, fetch_id> in_flight;   // by request
  std::size_t source_bytes = 0;
};

/// Loads, links and evaluates module graphs (https://tc39.es/ecma262/#sec-LoadRequestedModules).
/// What a loader cannot tell at once is asked for with `environment_events::fetch`; a graph
/// goes on as soon as anything of it comes.
///
/// Threads:  the isolate's.
/// Lifetime: its environment's.
class module_graphs {
public:
  module_graphs(environment& owner, module_port port, const module_limits& limits);

  module_graphs(const module_graphs&) = delete;
  module_graphs& operator=(const module_graphs&) = delete;

  // -- in a turn -------------------------------------------------------------------

  /// Loads, links and evaluates what `request` names. The promise settles with an object
  /// that has the namespace as its only property, for nobody must take a namespace that
  /// exports `then` for a promise; or the request is told what went wrong.
  [[nodiscard]] result<v8::MaybeLocal<v8::Value>> import(isolate_scope& here,
                                                         v8::Local<v8::Context> context,
                                                         module_request request);

  /// Loads, links and evaluates as `import` does, module by module. The promise settles
  /// with a `module_graph`, as a value in the same kind of box.
  [[nodiscard]] result<v8::MaybeLocal<v8::Value>> inspect(isolate_scope& here,
                                                          v8::Local<v8::Context> context,
                                                          module_request request);

  /// Loads and links the graph of a module with a loader of its own. The promise settles
  /// with undefined.
  [[nodiscard]] result<v8::MaybeLocal<v8::Value>> link(isolate_scope& here,
                                                       v8::Local<v8::Context> context,
                                                       module_hold root, module_port port);

  /// Links what is loaded, as deep as the limits allow.
  [[nodiscard]] result<void> link(isolate_scope& here, v8::Local<v8::Context> context,
                                  module_record& root) const {
    return link_graph(here, context, root, limits_.depth_max);
  }

  /// The namespace behind the promise of `import`.
  [[nodiscard]] static v8::MaybeLocal<v8::Value> unbox(v8::Local<v8::Context> context,
                                                       v8::Local<v8::Value> from);

  /// `import()` of a script.
  v8::MaybeLocal<v8::Promise> import_from_script(isolate_scope& here,
                                                 v8::Local<v8::Context> context,
                                                 module_request request);

  /// The namespace at once: `require` of an ECMAScript module. Empty with an exception
  /// pending; `undefined` when the graph awaits something at its top, `null` when it is being
  /// evaluated.
  [[nodiscard]] v8::MaybeLocal<v8::Value> require(isolate_scope& here,
                                                  v8::Local<v8::Context> context,
                                                  module_request request);

  /// Where the first load that has not ended waits at its top.
  [[nodiscard]] v8::MaybeLocal<v8::Message> stalled_await(isolate_scope& here) const;

  // -- between turns ------------------------------------------------------------------

  /// Modules have come.
  void fetched(std::vector<fetched_module> modules);

  /// Lets go of what a request has begun.
  void cancel_of(request_id request);

  /// V8 has discarded microtasks, and with them graphs that were to be evaluated.
  void microtasks_discarded();

  /// No script has run in the realm.
  void begin_realm(isolate_scope& here, v8::Local<v8::Context> context) {
    watch_promises(here, context, context);
  }

  /// Lets go of everything: the realm is replaced.
  void clear();

  /// Makes the code caches of modules that have been evaluated, for other contexts.
  void share();

  /// Will nothing come that could run a script? (A module that waits at its top is none of it:
  /// what it waits for is counted elsewhere, or never comes.)
  [[nodiscard]] bool idle() const noexcept {
    return fetches_.empty();
  }

  /// Installs `import()` and `import.meta`.
  static void install(v8::Isolate* isolate);

  /// A name for a module that was given none, and the number of the last.
  [[nodiscard]] std::string next_identifier();

private:
  /// How a graph failed: what C++ is told, and what a script sees.
  struct failure {
    error told;
    v8::Local<v8::Value> exception;
  };

  struct visit {
    module_hold module;
    module_record* importer = nullptr;
    std::size_t depth = 0;
  };

  enum class purpose : std::uint8_t { host_import, inspection, script_import, link };

  /// Has C++ asked for what the module gives?
  [[nodiscard]] static bool is_host(purpose what_for) noexcept;

  struct graph_load {
    load_id id = 0;
    purpose what_for = purpose::script_import;
    std::shared_ptr<module_scope> scope;
    turn_spec limits;
    import_phase phase = import_phase::evaluation;
    module_hold root;
    v8::Global<v8::Promise::Resolver> resolver;
    std::unordered_map<module_record*, visit> visited;
    std::vector<fetch_id> asked; ///< What it has waited for.
    std::size_t missing = 0;
    bool queued = false;    ///< To be completed by a microtask.
    bool evaluated = false; ///< It waits for the promise of that.
    bool began = false;     ///< And nobody had begun it before.
    value report{};         ///< Of an inspection.
  };

  /// An import that waits for a fetch.
  struct waiter {
    load_id load = 0;
    module_hold importer; ///< None: it is the root of the load.
    std::size_t import = 0;
  };

  struct pending_fetch {
    module_request request;
    std::string key;
    std::shared_ptr<module_scope> scope;
    load_id carrier = 0; ///< Whose linker works on it.
    std::vector<waiter> waiters;
  };

  [[nodiscard]] graph_load& begin(isolate_scope& here, v8::Local<v8::Context> context,
                                  purpose what_for, std::shared_ptr<module_scope> scope);
  [[nodiscard]] std::optional<failure> find_root(isolate_scope& here,
                                                 v8::Local<v8::Context> context, graph_load& load,
                                                 module_request request);
  [[nodiscard]] std::optional<failure> enter(isolate_scope& here, v8::Local<v8::Context> context,
                                             graph_load& load, module_hold module,
                                             module_record* importer, std::size_t depth);
  [[nodiscard]] std::optional<failure> explore(isolate_scope& here,
                                               v8::Local<v8::Context> context, graph_load& load,
                                               std::vector<module_record*> open);
  /// The module that a request means, when it can be told now; none when it was asked for.
  [[nodiscard]] std::optional<failure> resolve(isolate_scope& here,
                                               v8::Local<v8::Context> context, graph_load& load,
                                               const module_request& request, waiter who,
                                               module_hold& found);
  void tell_of_stopped(const std::vector<module_hold>& roots);
  [[nodiscard]] std::optional<failure> look_up(isolate_scope& here,
                                               v8::Local<v8::Context> context, graph_load& load,
                                               const module_request& request, waiter who,
                                               module_hold& found);
  [[nodiscard]] std::optional<failure> check_phase(isolate_scope& here,
                                                   v8::Local<v8::Context> context,
                                                   const module_request& request,
                                                   const module_record& found) const;
  [[nodiscard]] std::optional<failure> find_by_script(isolate_scope& here,
                                                      v8::Local<v8::Context> context,
                                                      module_scope& scope,
                                                      const module_request& request,
                                                      module_hold& found);
  [[nodiscard]] std::optional<failure> admit(isolate_scope& here, v8::Local<v8::Context> context,
                                             module_scope& scope, const module_request& request,
                                             const module_answer& answer, module_hold& admitted);
  [[nodiscard]] std::optional<failure> found_import(isolate_scope& here,
                                                    v8::Local<v8::Context> context,
                                                    graph_load& load, module_record& importer,
                                                    std::size_t index, const module_hold& module);
  void remember(module_scope& scope, std::string key, const module_hold& module) const;
  void send_fetches(load_id load);
  void ask_again(pending_fetch& given_up);
  void give_up(const std::vector<waiter>& waiters, load_id stopped);
  [[nodiscard]] result<v8::MaybeLocal<v8::Value>> go_on(isolate_scope& here,
                                                        v8::Local<v8::Context> context,
                                                        graph_load& load,
                                                        v8::Local<v8::Promise> promise);

  void complete(isolate_scope& here, v8::Local<v8::Context> context, graph_load& load);
  [[nodiscard]] bool evaluate_each(isolate_scope& here, v8::Local<v8::Context> context,
                                   graph_load& load, const std::vector<module_record*>& order,
                                   module_graph& graph);
  [[nodiscard]] result<v8::MaybeLocal<v8::Value>> import_for(isolate_scope& here,
                                                             v8::Local<v8::Context> context,
                                                             purpose what_for,
                                                             module_request request);
  void evaluate(isolate_scope& here, v8::Local<v8::Context> context, graph_load& load);
  void explain_link(isolate_scope& here, v8::Local<v8::Context> context,
                    const v8::TryCatch& caught) const;
  [[nodiscard]] bool may_require(isolate_scope& here, v8::Local<v8::Context> context,
                                 module_record& root);
  void fail(isolate_scope& here, v8::Local<v8::Context> context, load_id load, failure why);
  void succeed(isolate_scope& here, v8::Local<v8::Context> context, graph_load& load,
               v8::Local<v8::Value> with);
  void finish(load_id load);
  void finish(const std::vector<load_id>& loads);

  [[nodiscard]] failure failed_with(isolate_scope& here, v8::Local<v8::Context> context,
                                    const graph_load* load, const module_record* importer,
                                    error why) const;
  [[nodiscard]] failure caught_failure(isolate_scope& here, v8::Local<v8::Context> context,
                                       v8::TryCatch& caught, errc code) const;
  void tell_chain(failure& what, const graph_load& load, const module_record* importer) const;
  [[nodiscard]] std::string chain(const graph_load& load, const module_record* from) const;

  static v8::MaybeLocal<v8::Promise> on_import(v8::Local<v8::Context> context,
                                               v8::Local<v8::Data> host_defined_options,
                                               v8::Local<v8::Value> resource_name,
                                               v8::Local<v8::String> specifier,
                                               v8::ModuleImportPhase phase,
                                               v8::Local<v8::FixedArray> attributes);
  static void on_ready(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void on_evaluated(const v8::FunctionCallbackInfo<v8::Value>& info);

  environment& owner_;
  const module_limits limits_;
  std::shared_ptr<module_scope> scope_; // the realm's
  std::unordered_map<load_id, std::unique_ptr<graph_load>> loads_;
  std::unordered_map<fetch_id, pending_fetch> fetches_;
  std::size_t fetch_bytes_ = 0;       // of their requests
  std::vector<module_fetch> to_send_; // of the load at hand
  std::vector<module_hold> to_share_;
  std::optional<error> failed_; // what C++ has just asked for
  bool beginning_ = false;      // C++ asks: it is told at once
  load_id last_load_ = 0;
  fetch_id last_fetch_ = 0;
  std::uint64_t last_identifier_ = 0;
};

} // namespace troupe::js
