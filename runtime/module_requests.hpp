#pragma once

#include "runtime/function_ref.hpp"
#include "runtime/module_port.hpp"
#include "runtime/module_record.hpp"
#include "runtime/run_ledger.hpp"
#include "troupe/module_graph.hpp"
#include "troupe/module_options.hpp"
#include "troupe/options.hpp"

#include <string>
#include <vector>

namespace troupe::js {

class environment;

/// The source of a module that C++ holds.
struct module_definition {
  std::string code; ///< UTF-8
  module_options options;
  /// Without code: a synthetic module of these exports.
  std::vector<value::member> exports{};
  bool synthetic = false;
};

/// What C++ knows of a module from the start.
struct module_description {
  value module; ///< A reference.
  std::string identifier;
  std::vector<module_request> requests;
  bool has_top_level_await = false;
  std::optional<bool> cached_data_rejected{};
};

/// As the value that answers travel as, and back.
[[nodiscard]] value to_value(const module_description& from);
[[nodiscard]] module_description to_module_description(const value& from);
[[nodiscard]] value to_value(const module_graph& from);
[[nodiscard]] module_graph to_module_graph(const value& from);

/// Requests about modules; each is answered once.
///
/// Threads:  the isolate's.
/// Lifetime: its environment's.
class module_requests {
public:
  explicit module_requests(environment& owner) : owner_(owner) {
  }

  /// Imports as a script would, with the loader of the context. The answer is the
  /// namespace.
  void import(request_id request, const module_request& what, const run_options& options);

  /// The same; the answer is a `module_graph`.
  void inspect(request_id request, const module_request& what, const run_options& options);

  /// Compiles. The answer is a `module_description`.
  void define(request_id request, const module_definition& what);

  /// Loads what the module needs with a loader of its own, and links it.
  void link(request_id request, const value& module, module_port port,
            const run_options& options);

  /// Tells what its requests lead to, in their order.
  void link_requests(request_id request, const value& module, const std::vector<value>& targets);

  void instantiate(request_id request, const value& module);

  /// Answers with undefined when the module and all that it imports are evaluated.
  void evaluate(request_id request, const value& module, const run_options& options);

  /// Answers with an object: `status`, a number, `error`, of an errored one what was thrown,
  /// and `has_async_graph`, null before it is linked.
  void describe(request_id request, const value& module);

  void take_namespace(request_id request, const value& module, take_as how);

  void get_export(request_id request, const value& module, const std::string& name, take_as how);

  void set_export(request_id request, const value& module, const std::string& name,
                  const value& item);

  /// Answers with a sealed code cache.
  void create_cached_data(request_id request, const value& module);

  /// Modules have come.
  void fetched(std::vector<fetched_module> modules);

private:
  using graph_body =
    function_ref<result<v8::MaybeLocal<v8::Value>>(isolate_scope&, v8::Local<v8::Context>)>;
  using module_body =
    function_ref<result<value>(isolate_scope&, v8::Local<v8::Context>, module_record&)>;

  /// A request that waits for a graph.
  void evaluate_graph(request_id request, const run_options& options, graph_body body);

  /// A request about one module that does not wait.
  void answer_about(request_id request, const value& module, module_body body);

  environment& owner_;
};

} // namespace troupe::js
