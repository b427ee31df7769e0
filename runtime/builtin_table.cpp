#include "runtime/builtin_table.hpp"

namespace troupe::js {

namespace {

constexpr public_module modules[]{
  {"assert", builtin::node_assert},
  {"assert/strict", builtin::node_assert},
  {"buffer", builtin::buffer},
  {"child_process", builtin::node_child_process},
  {"console", builtin::node_console},
  {"events", builtin::node_events},
  {"fs", builtin::node_fs},
  {"fs/promises", builtin::node_fs},
  {"http", builtin::node_http},
  {"module", builtin::node_module},
  {"net", builtin::node_net},
  {"os", builtin::node_os},
  {"path", builtin::node_path},
  {"path/posix", builtin::node_path},
  {"path/win32", builtin::node_path},
  {"perf_hooks", builtin::node_perf_hooks},
  {"process", builtin::node_process},
  {"querystring", builtin::node_querystring},
  {"readline", builtin::node_readline},
  {"readline/promises", builtin::node_readline},
  {"stream", builtin::node_stream},
  {"stream/promises", builtin::node_stream},
  {"string_decoder", builtin::node_string_decoder},
  {"test", builtin::node_test},
  {"timers", builtin::node_timers},
  {"timers/promises", builtin::node_timers},
  {"tty", builtin::node_process},
  {"url", builtin::node_url},
  {"util", builtin::node_util},
  {"util/types", builtin::node_util},
  {"vm", builtin::node_vm},
  {"worker_threads", builtin::node_worker_threads},
};

// Attributes: as WebIDL and Node have them.
constexpr lazy_global globals[]{
  {"AbortController", builtin::web_abort, "internal/abort_controller", "AbortController"},
  {"AbortSignal", builtin::web_abort, "internal/abort_controller", "AbortSignal"},
  {"Buffer", builtin::buffer, "internal/buffer", "Buffer"},
  {"CustomEvent", builtin::web_events, "internal/event_target", "CustomEvent"},
  {"DOMException", builtin::web_dom_exception, "internal/dom_exception", "DOMException"},
  {"Event", builtin::web_events, "internal/event_target", "Event"},
  {"EventTarget", builtin::web_events, "internal/event_target", "EventTarget"},
  {"Performance", builtin::web_performance, "internal/performance", "Performance"},
  {"TextDecoder", builtin::web_encoding, "internal/encoding", "TextDecoder"},
  {"TextEncoder", builtin::web_encoding, "internal/encoding", "TextEncoder"},
  {"URL", builtin::web_url, "internal/url", "URL"},
  {"URLSearchParams", builtin::web_url, "internal/url", "URLSearchParams"},
  {"atob", builtin::web_base64, "internal/base64", "atob", v8::None},
  {"btoa", builtin::web_base64, "internal/base64", "btoa", v8::None},
  {"clearImmediate", builtin::timers, "internal/timers", "clearImmediate", v8::None},
  {"clearInterval", builtin::timers, "internal/timers", "clearInterval", v8::None},
  {"clearTimeout", builtin::timers, "internal/timers", "clearTimeout", v8::None},
  {"console", builtin::console, "internal/console", "console"},
  {"global", builtin::node_process, "internal/process", "global", v8::None},
  {"performance", builtin::web_performance, "internal/performance", "performance", v8::None},
  {"process", builtin::node_process, "internal/process", "process"},
  {"queueMicrotask", builtin::web_queue_microtask, "internal/microtask", "queueMicrotask",
   v8::None},
  {"setImmediate", builtin::timers, "internal/timers", "setImmediate", v8::None},
  {"setInterval", builtin::timers, "internal/timers", "setInterval", v8::None},
  {"setTimeout", builtin::timers, "internal/timers", "setTimeout", v8::None},
  {"structuredClone", builtin::web_structured_clone, "internal/structured_clone",
   "structuredClone", v8::None},
};

} // namespace

std::span<const public_module> public_modules() noexcept {
  return modules;
}

std::span<const lazy_global> lazy_globals() noexcept {
  return globals;
}

std::optional<std::string_view> find_public_module(std::string_view specifier,
                                                   builtin_set given) noexcept {
  constexpr std::string_view scheme = "node:";
  if (specifier.starts_with(scheme))
    specifier.remove_prefix(scheme.size());
  for (const auto& each : modules)
    if (each.name == specifier && given.has(each.part_of))
      return each.name;
  return std::nullopt;
}

} // namespace troupe::js
