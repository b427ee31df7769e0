#pragma once

// Every message between actors, in one place. All of them can be serialised:
// callbacks are named by id, and a context may live in another process.

#include "actors/context_gauges.hpp"
#include "actors/reply_receiver.hpp"
#include "runtime/module_port.hpp"
#include "runtime/module_requests.hpp"
#include "runtime/module_text.hpp"
#include "runtime/run_ledger.hpp"
#include "runtime/script.hpp"
#include "runtime/value_codec.hpp"
#include "troupe/options.hpp"
#include "troupe/result.hpp"

#include <caf/actor.hpp>
#include <caf/sec.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

// The plain data of the lower layer, found by argument-dependent look-up.
namespace troupe {

template <class Inspector>
bool inspect(Inspector& f, value& x) {
  std::vector<std::byte> bytes;
  if constexpr (!Inspector::is_loading) {
    auto encoded = js::encode(x);
    if (!encoded) {
      f.emplace_error(caf::sec::runtime_error, encoded.error().message);
      return false;
    }
    bytes = *std::move(encoded);
  }
  if (!f.object(x).fields(f.field("bytes", bytes)))
    return false;
  if constexpr (Inspector::is_loading) {
    auto decoded = js::decode(bytes);
    if (!decoded)
      return false;
    x = *std::move(decoded);
  }
  return true;
}

template <class Enum, class Inspector>
bool inspect_enum(Inspector& f, Enum& x, Enum last) {
  auto get = [&x] { return static_cast<std::uint8_t>(x); };
  auto set = [&x, last](std::uint8_t number) {
    x = static_cast<Enum>(number);
    return number <= static_cast<std::uint8_t>(last);
  };
  return f.apply(get, set);
}

template <class Inspector>
bool inspect(Inspector& f, errc& x) {
  return inspect_enum(f, x, detail::last_errc);
}

template <class Inspector>
bool inspect(Inspector& f, timeout_scope& x) {
  return inspect_enum(f, x, timeout_scope::evaluation);
}

template <class Inspector>
bool inspect(Inspector& f, take_as& x) {
  return inspect_enum(f, x, take_as::nothing);
}

template <class Inspector>
bool inspect(Inspector& f, microtask_mode& x) {
  return inspect_enum(f, x, microtask_mode::after_evaluate);
}

template <class Inspector>
bool inspect(Inspector& f, source_position& x) {
  return f.object(x).fields(f.field("filename", x.filename), f.field("line", x.line),
                            f.field("column", x.column), f.field("width", x.width),
                            f.field("source_line", x.source_line));
}

template <class Inspector>
bool inspect(Inspector& f, error& x) {
  return f.object(x).fields(f.field("code", x.code), f.field("message", x.message),
                            f.field("stack", x.stack), f.field("position", x.position),
                            f.field("thrown", x.thrown));
}

template <class Inspector>
bool inspect(Inspector& f, result<value>& x) {
  bool succeeded = x.has_value();
  value item;
  error failure;
  if constexpr (!Inspector::is_loading) {
    if (succeeded)
      item = *x;
    else
      failure = x.error();
  }
  if (!f.object(x).fields(f.field("succeeded", succeeded), f.field("item", item),
                          f.field("failure", failure)))
    return false;
  if constexpr (Inspector::is_loading) {
    if (succeeded)
      x = std::move(item);
    else
      x = std::move(failure);
  }
  return true;
}

/// A duration as a field: a number of its units.
template <class Inspector, class Duration>
auto duration_field(Inspector& f, std::string_view name, Duration& x) {
  auto get = [&x] { return static_cast<std::int64_t>(x.count()); };
  auto set = [&x](std::int64_t count) {
    x = Duration{count};
    return true;
  };
  return f.field(name, get, set);
}

template <class Inspector>
bool inspect(Inspector& f, run_options& x) {
  return f.object(x).fields(
    duration_field(f, "timeout", x.timeout), f.field("timeout_covers", x.timeout_covers),
    duration_field(f, "cpu_time", x.cpu_time), f.field("break_on_sigint", x.break_on_sigint),
    f.field("take", x.take));
}

template <class Inspector>
bool inspect(Inspector& f, value::member& x) {
  return f.object(x).fields(f.field("key", x.key), f.field("item", x.item));
}

template <class Inspector>
bool inspect(Inspector& f, builtin_set& x) {
  auto get = [&x] { return x.bits(); };
  auto set = [&x](std::uint64_t bits) {
    x = builtin_set::from_bits(bits);
    return true;
  };
  return f.object(x).fields(f.field("bits", get, set));
}

template <class Inspector>
bool inspect(Inspector& f, context_options& x) {
  return f.object(x).fields(
    f.field("name", x.name), f.field("globals", x.globals),
    f.field("heap_limit_mib", x.heap_limit_mib),
    f.field("array_buffer_limit_mib", x.array_buffer_limit_mib),
    f.field("stack_kib", x.stack_kib), duration_field(f, "turn_timeout", x.turn_timeout),
    f.field("pending_host_calls_max", x.pending_host_calls_max),
    duration_field(f, "cpu_budget", x.cpu_budget),
    f.field("pending_requests_max", x.pending_requests_max),
    f.field("output_limit", x.output_limit), f.field("console", x.console),
    f.field("timers", x.timers), f.field("origin", x.origin),
    f.field("strings", x.code_generation.strings), f.field("wasm", x.code_generation.wasm),
    f.field("microtasks", x.microtasks), f.field("modules", x.modules),
    f.field("builtins", x.builtins), f.field("allow_files", x.allow_files),
    f.field("allow_network", x.allow_network), f.field("allow_processes", x.allow_processes));
}

template <class Inspector>
bool inspect(Inspector& f, memory_mode& x) {
  return inspect_enum(f, x, memory_mode::detailed);
}

template <class Inspector>
bool inspect(Inspector& f, memory_execution& x) {
  return inspect_enum(f, x, memory_execution::eager);
}

template <class Inspector>
bool inspect(Inspector& f, memory_options& x) {
  return f.object(x).fields(f.field("mode", x.mode), f.field("execution", x.execution));
}

template <class Inspector>
bool inspect(Inspector& f, script_options& x) {
  return f.object(x).fields(
    f.field("filename", x.filename), f.field("line_offset", x.line_offset),
    f.field("column_offset", x.column_offset), f.field("display_errors", x.display_errors),
    f.field("cached_data", x.cached_data));
}

template <class Inspector>
bool inspect(Inspector& f, module_kind& x) {
  return inspect_enum(f, x, module_kind::synthetic);
}

template <class Inspector>
bool inspect(Inspector& f, import_phase& x) {
  return inspect_enum(f, x, import_phase::source);
}

template <class Inspector>
bool inspect(Inspector& f, import_attribute& x) {
  return f.object(x).fields(f.field("key", x.key), f.field("value", x.value));
}

template <class Inspector>
bool inspect(Inspector& f, module_request& x) {
  return f.object(x).fields(f.field("specifier", x.specifier),
                            f.field("attributes", x.attributes), f.field("phase", x.phase),
                            f.field("referrer", x.referrer));
}

template <class Inspector>
bool inspect(Inspector& f, module_options& x) {
  return f.object(x).fields(
    f.field("identifier", x.identifier), f.field("line_offset", x.line_offset),
    f.field("column_offset", x.column_offset), f.field("cached_data", x.cached_data),
    f.field("import_meta", x.import_meta));
}

template <class Inspector>
bool inspect(Inspector& f, module_limits& x) {
  return f.object(x).fields(
    f.field("modules_max", x.modules_max), f.field("source_mib_max", x.source_mib_max),
    f.field("depth_max", x.depth_max), f.field("concurrency_max", x.concurrency_max),
    duration_field(f, "load_time", x.load_time));
}

template <class Inspector>
bool inspect(Inspector& f, exit_report& x) {
  return f.object(x).fields(
    f.field("name", x.name), f.field("reason", x.reason), f.field("message", x.message),
    f.field("unanswered", x.unanswered), f.field("runs", x.runs), f.field("uncaught", x.uncaught),
    f.field("last_position", x.last_position), f.field("heap_used_bytes", x.heap_used_bytes),
    f.field("heap_limit_bytes", x.heap_limit_bytes),
    f.field("array_buffer_bytes", x.array_buffer_bytes),
    duration_field(f, "cpu_time", x.cpu_time), f.field("stops", x.stops),
    duration_field(f, "stop_latency_last", x.stop_latency_last),
    duration_field(f, "stop_latency_max", x.stop_latency_max));
}

} // namespace troupe

namespace troupe::js {

template <class Inspector>
bool inspect(Inspector& f, function_source& x) {
  return f.object(x).fields(f.field("body", x.body), f.field("parameters", x.parameters),
                            f.field("extensions", x.extensions), f.field("options", x.options));
}

template <class Inspector>
bool inspect(Inspector& f, module_definition& x) {
  return f.object(x).fields(f.field("code", x.code), f.field("options", x.options),
                            f.field("exports", x.exports), f.field("synthetic", x.synthetic));
}

template <class Inspector>
bool inspect(Inspector& f, module_fetch& x) {
  return f.object(x).fields(f.field("id", x.id), f.field("request", x.request));
}

template <class Inspector>
bool inspect(Inspector& f, fetched_module& x) {
  // What it is: an error, a source, or a module of the context.
  std::uint8_t form = 0;
  error failure;
  std::string identifier;
  std::string content;
  module_kind kind = module_kind::javascript;
  std::vector<value::member> exports;
  value module;
  if constexpr (!Inspector::is_loading) {
    if (!x.outcome) {
      failure = x.outcome.error();
    } else if (const auto* source = std::get_if<module_source>(&*x.outcome)) {
      const auto& text = troupe::detail::module_source_access::text(*source);
      form = 1;
      identifier = text.identifier;
      content = text.content;
      kind = text.kind;
      exports = text.exports;
    } else {
      form = 2;
      module = std::get<value>(*x.outcome);
    }
  }
  if (!f.object(x).fields(f.field("id", x.id), f.field("form", form), f.field("failure", failure),
                          f.field("identifier", identifier), f.field("content", content),
                          f.field("kind", kind), f.field("exports", exports),
                          f.field("module", module)))
    return false;
  if constexpr (Inspector::is_loading) {
    if (form == 0)
      x.outcome = std::move(failure);
    else if (form == 2)
      x.outcome = module_answer{std::move(module)};
    else if (kind == module_kind::synthetic)
      x.outcome = module_answer{module_source{std::move(identifier), std::move(exports)}};
    else
      x.outcome = module_answer{module_source{std::move(identifier), std::move(content), kind}};
  }
  return true;
}

template <class Inspector>
bool inspect(Inspector& f, call_spec& x) {
  return f.object(x).fields(f.field("callee", x.callee), f.field("receiver", x.receiver),
                            f.field("arguments", x.arguments));
}

} // namespace troupe::js

namespace troupe::actors {

using js::request_id;

/// Names a context; unique within its runtime, 0 = none.
using context_id = std::uint64_t;

/// A script's text, shared within a process and copied between processes.
struct script_ref {
  js::script_source_ptr source;
};

// -- client → supervisor --------------------------------------------------------

struct spawn_request {
  request_id request = 0;
  context_id context = 0;
  context_options options;
  caf::actor owner;      ///< Gets the replies of the context, and its end.
  bool internal = false; ///< Takes no place of the capacity.
  /// What references to the context's objects carry, for the side that has asked.
  /// Within a process: not serialised.
  std::shared_ptr<const void> identity{};
  /// The short way to the context's loader, within a process: not serialised.
  js::module_port modules{};
};

/// Ends all contexts, then the supervisor.
struct shutdown_request {
  bool drain = false; ///< Let them finish what they were asked before.
};

// -- client → context -----------------------------------------------------------

struct run_request {
  request_id request = 0;
  script_ref script;
  run_options options;
  /// The short way for the answer, within a process: not serialised. Without it,
  /// as for an answer that comes later, a `reply` goes to the context's owner.
  std::shared_ptr<reply_receiver> receiver{};
};

/// Runs that were asked for one after the other: one message for all of them. As
/// long as the context has not opened it, and nothing else was sent after it,
/// more can be added. One mutex.
class run_batch {
public:
  explicit run_batch(std::vector<run_request> requests) : requests_(std::move(requests)) {
  }

  /// @returns false, and leaves `request` alone, when it is too late.
  [[nodiscard]] bool add(run_request& request) {
    std::lock_guard guard{mutex_};
    if (opened_)
      return false;
    requests_.push_back(std::move(request));
    return true;
  }

  /// A copy of the requests for another process; nothing is added any more that
  /// would not go along.
  [[nodiscard]] std::vector<run_request> seal() {
    std::lock_guard guard{mutex_};
    opened_ = true;
    return requests_;
  }

  /// Takes the requests out; nothing is added any more.
  [[nodiscard]] std::vector<run_request> open() {
    std::lock_guard guard{mutex_};
    opened_ = true;
    return std::move(requests_);
  }

private:
  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<run_request> requests_;
  bool opened_ = false;
};

struct run_requests {
  std::shared_ptr<run_batch> batch;
};

struct compile_request {
  request_id request = 0;
  script_ref script;
};

/// Asks for a sealed code cache of the script.
struct code_cache_request {
  request_id request = 0;
  script_ref script;
};

struct memory_request {
  request_id request = 0;
  memory_options options;
};

/// Replaces the realm by a fresh one.
struct reset_request {
  request_id request = 0;
};

enum class property_operation : std::uint8_t { get, set, has, remove, keys };

/// A property of an object that is on lease; of the global object when there is
/// none.
struct property_request {
  request_id request = 0;
  property_operation operation = property_operation::get;
  std::string key;
  value item;
  value object; ///< A reference, or `undefined`.
  take_as take = take_as::copy;
};

/// Is answered with a reference.
struct compile_function_request {
  request_id request = 0;
  js::function_source source;
};

/// Asks for a sealed code cache of a compiled function.
struct function_cache_request {
  request_id request = 0;
  value function;
};

/// Calls a function that is on lease.
struct call_request {
  request_id request = 0;
  js::call_spec call;
  run_options options;
};

/// Asks for a copy of an object that is on lease.
struct copy_request {
  request_id request = 0;
  value object;
  run_options options;
};

/// Imports a module with the context's loader.
struct import_request {
  request_id request = 0;
  module_request what;
  run_options options;
  bool inspect = false; ///< The answer is a `module_graph`.
};

/// Compiles a module that the client holds.
struct define_module_request {
  request_id request = 0;
  js::module_definition definition;
};

enum class module_operation : std::uint8_t {
  link,          ///< With the loader behind `port`.
  link_requests, ///< To `targets`.
  instantiate,
  evaluate,
  describe,
  take_namespace,
  get_export, ///< `key`.
  set_export, ///< `key` to `item`.
  cached_data,
};

/// About a module that the client holds.
struct module_operation_request {
  request_id request = 0;
  module_operation operation = module_operation::describe;
  value module;
  std::vector<value> targets;
  std::string key;
  value item;
  run_options options;
  js::module_port port;
};

/// Is answered when nothing is left that could run script by itself.
struct idle_request {
  request_id request = 0;
};

/// Stops one request, wherever it is. Takes effect when it is enqueued, not when
/// its turn comes.
struct cancel_request {
  request_id request = 0;
};

/// Ends the context: at once, or after all requests before this one and the
/// promises they wait for.
struct close_request {
  bool drain = false;
  errc reason = errc::context_closed; ///< Or `cpu_budget_exceeded`.
};

// -- context → linker -------------------------------------------------------------

/// What a graph lacks.
struct fetch_request {
  std::vector<js::module_fetch> fetches;
};

/// The graph is there, or nobody waits for it.
struct fetch_over {};

/// From a linker to itself.
struct link_timeout {};

// -- linker → client, and back ---------------------------------------------------------

/// Asks the loader.
struct load_request {
  context_id context = 0;
  js::load_id load = 0;
  std::uint64_t port = 0;
  caf::actor linker; ///< Gets a `module_found` for each.
  std::vector<js::module_fetch> fetches;
};

/// Nobody waits for what that load has asked.
struct load_over {
  context_id context = 0;
  js::load_id load = 0;
};

struct module_found {
  js::fetched_module module{};
};

// -- linker → context -------------------------------------------------------------

struct modules_found {
  std::vector<js::fetched_module> modules;
};

// -- watchdog → context ---------------------------------------------------------

/// The watchdog has answered the request in the context's place.
struct abandon_request {
  request_id request = 0;
};

// -- context → watchdog ---------------------------------------------------------

/// Look at the context's runs at this time (steady clock, nanoseconds).
struct deadline_request {
  context_id context = 0;
  std::int64_t at = 0;
};

// -- context, watchdog or supervisor → client -----------------------------------

/// The answer to one request; the first one counts.
struct reply {
  context_id context = 0;
  request_id request = 0;
  result<value> outcome{value{}};
};

struct spawn_reply {
  request_id request = 0;
  context_id context = 0;
  caf::actor handle;          ///< Invalid when there is an error.
  std::vector<error> failure; ///< At most one.
  /// Within a process: not serialised.
  std::shared_ptr<const context_gauges> gauges{};
};

/// A context is no more: the last message about it.
struct context_down {
  context_id context = 0;
  exit_report report;
  bool thread_lost = false; ///< Its thread will never end.
};

// -- inspection -----------------------------------------------------------------

template <class Inspector>
bool inspect(Inspector& f, spawn_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("context", x.context),
                            f.field("options", x.options), f.field("owner", x.owner),
                            f.field("internal", x.internal), f.field("port", x.modules.id));
}

template <class Inspector>
bool inspect(Inspector& f, shutdown_request& x) {
  return f.object(x).fields(f.field("drain", x.drain));
}

template <class Inspector>
bool inspect(Inspector& f, run_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("script", x.script),
                            f.field("options", x.options));
}

template <class Inspector>
bool inspect(Inspector& f, run_requests& x) {
  std::vector<run_request> requests;
  if constexpr (!Inspector::is_loading) {
    if (x.batch)
      requests = x.batch->seal();
  }
  if (!f.object(x).fields(f.field("requests", requests)))
    return false;
  if constexpr (Inspector::is_loading)
    x.batch = std::make_shared<run_batch>(std::move(requests));
  return true;
}

template <class Inspector>
bool inspect(Inspector& f, compile_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("script", x.script));
}

template <class Inspector>
bool inspect(Inspector& f, code_cache_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("script", x.script));
}

template <class Inspector>
bool inspect(Inspector& f, memory_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("options", x.options));
}

template <class Inspector>
bool inspect(Inspector& f, reset_request& x) {
  return f.object(x).fields(f.field("request", x.request));
}

template <class Inspector>
bool inspect(Inspector& f, property_operation& x) {
  return inspect_enum(f, x, property_operation::keys);
}

template <class Inspector>
bool inspect(Inspector& f, property_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("operation", x.operation),
                            f.field("key", x.key), f.field("item", x.item),
                            f.field("object", x.object), f.field("take", x.take));
}

template <class Inspector>
bool inspect(Inspector& f, compile_function_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("source", x.source));
}

template <class Inspector>
bool inspect(Inspector& f, function_cache_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("function", x.function));
}

template <class Inspector>
bool inspect(Inspector& f, call_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("call", x.call),
                            f.field("options", x.options));
}

template <class Inspector>
bool inspect(Inspector& f, copy_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("object", x.object),
                            f.field("options", x.options));
}

template <class Inspector>
bool inspect(Inspector& f, import_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("what", x.what),
                            f.field("options", x.options), f.field("inspect", x.inspect));
}

template <class Inspector>
bool inspect(Inspector& f, define_module_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("definition", x.definition));
}

template <class Inspector>
bool inspect(Inspector& f, module_operation& x) {
  return inspect_enum(f, x, module_operation::cached_data);
}

template <class Inspector>
bool inspect(Inspector& f, module_operation_request& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("operation", x.operation),
                            f.field("module", x.module), f.field("targets", x.targets),
                            f.field("key", x.key), f.field("item", x.item),
                            f.field("options", x.options), f.field("port", x.port.id));
}

template <class Inspector>
bool inspect(Inspector& f, fetch_request& x) {
  return f.object(x).fields(f.field("fetches", x.fetches));
}

template <class Inspector>
bool inspect(Inspector& f, fetch_over& x) {
  return f.object(x).fields();
}

template <class Inspector>
bool inspect(Inspector& f, link_timeout& x) {
  return f.object(x).fields();
}

template <class Inspector>
bool inspect(Inspector& f, load_request& x) {
  return f.object(x).fields(f.field("context", x.context), f.field("load", x.load),
                            f.field("port", x.port), f.field("linker", x.linker),
                            f.field("fetches", x.fetches));
}

template <class Inspector>
bool inspect(Inspector& f, load_over& x) {
  return f.object(x).fields(f.field("context", x.context), f.field("load", x.load));
}

template <class Inspector>
bool inspect(Inspector& f, module_found& x) {
  return f.object(x).fields(f.field("module", x.module));
}

template <class Inspector>
bool inspect(Inspector& f, modules_found& x) {
  return f.object(x).fields(f.field("modules", x.modules));
}

template <class Inspector>
bool inspect(Inspector& f, idle_request& x) {
  return f.object(x).fields(f.field("request", x.request));
}

template <class Inspector>
bool inspect(Inspector& f, cancel_request& x) {
  return f.object(x).fields(f.field("request", x.request));
}

template <class Inspector>
bool inspect(Inspector& f, close_request& x) {
  return f.object(x).fields(f.field("drain", x.drain), f.field("reason", x.reason));
}

template <class Inspector>
bool inspect(Inspector& f, abandon_request& x) {
  return f.object(x).fields(f.field("request", x.request));
}

template <class Inspector>
bool inspect(Inspector& f, deadline_request& x) {
  return f.object(x).fields(f.field("context", x.context), f.field("at", x.at));
}

template <class Inspector>
bool inspect(Inspector& f, reply& x) {
  return f.object(x).fields(f.field("context", x.context), f.field("request", x.request),
                            f.field("outcome", x.outcome));
}

template <class Inspector>
bool inspect(Inspector& f, spawn_reply& x) {
  return f.object(x).fields(f.field("request", x.request), f.field("context", x.context),
                            f.field("handle", x.handle), f.field("failure", x.failure));
}

template <class Inspector>
bool inspect(Inspector& f, context_down& x) {
  return f.object(x).fields(f.field("context", x.context), f.field("report", x.report),
                            f.field("thread_lost", x.thread_lost));
}

template <class Inspector>
bool inspect(Inspector& f, script_ref& x) {
  js::script_source copy;
  if constexpr (!Inspector::is_loading)
    if (x.source)
      copy = *x.source;
  if (!f.object(x).fields(f.field("code", copy.code), f.field("options", copy.options)))
    return false;
  if constexpr (Inspector::is_loading) {
    copy.cache = std::make_shared<js::shared_code_cache>();
    x.source = std::make_shared<const js::script_source>(std::move(copy));
  }
  return true;
}

} // namespace troupe::actors

CAF_BEGIN_TYPE_ID_BLOCK(troupe, caf::first_custom_type_id)

CAF_ADD_TYPE_ID(troupe, (troupe::actors::spawn_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::shutdown_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::run_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::run_requests))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::compile_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::property_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::compile_function_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::function_cache_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::call_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::copy_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::idle_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::cancel_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::close_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::abandon_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::deadline_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::reply))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::spawn_reply))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::context_down))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::code_cache_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::memory_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::reset_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::import_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::define_module_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::module_operation_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::fetch_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::fetch_over))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::link_timeout))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::load_request))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::load_over))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::module_found))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::modules_found))

CAF_END_TYPE_ID_BLOCK(troupe)
