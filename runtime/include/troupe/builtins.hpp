#pragma once

#include <cstdint>
#include <initializer_list>

namespace troupe {

/// What a context may be given besides ECMAScript: globals of the web (`web_…`), globals of
/// Node, and Node's modules (`node_…`, found as `node:util` and `util`).
/// (docs/builtins.md has what each of them is.)
enum class builtin : std::uint8_t {
  // -- globals --------------------------------------------------------------------
  require,              ///< `require` of those modules below that the context has.
  console,              ///< `console` with all methods, in place of the plain one.
  timers,               ///< Timers that are objects, `setImmediate`; in place of the plain ones.
  buffer,               ///< `Buffer`; also the module `node:buffer`.
  web_abort,            ///< `AbortController`, `AbortSignal`.
  web_base64,           ///< `atob`, `btoa`.
  web_dom_exception,    ///< `DOMException`.
  web_encoding,         ///< `TextEncoder`, `TextDecoder`.
  web_events,           ///< `EventTarget`, `Event`, `CustomEvent`.
  web_performance,      ///< `performance`.
  web_queue_microtask,  ///< `queueMicrotask`.
  web_structured_clone, ///< `structuredClone`.
  web_url,              ///< `URL`, `URLSearchParams`.
  // -- modules --------------------------------------------------------------------
  node_assert,  ///< `node:assert`, `node:assert/strict`.
  node_console, ///< `node:console`.
  node_events,  ///< `node:events`.
  node_path,    ///< `node:path`, `node:path/posix`, `node:path/win32`.
  node_timers,  ///< `node:timers`, `node:timers/promises`.
  node_url,     ///< `node:url`.
  node_util,    ///< `node:util`, `node:util/types`.
  node_vm,      ///< `node:vm` (docs/node-vm.md).
  // -- what a host gives ------------------------------------------------------------
  node_process, ///< `process`, `node:process`, `node:tty`; see `context_options::process`.
  node_module,  ///< `node:module`: `require` and `import` of files, with `allow_files`.
  node_fs,      ///< `node:fs`, `node:fs/promises`; they do nothing without `allow_files`.
  node_os,      ///< `node:os`: facts about the machine.
  node_http,    ///< `node:http`: servers and clients, with `allow_network`.
  // -- more modules; as those above, they reach nothing -------------------------------
  node_perf_hooks,     ///< `node:perf_hooks`: `performance`.
  node_querystring,    ///< `node:querystring`.
  node_readline,       ///< `node:readline`: lines of a stream; no terminal.
  node_stream,         ///< `node:stream`, `node:stream/promises`.
  node_string_decoder, ///< `node:string_decoder`.
  node_worker_threads, ///< `node:worker_threads`: that this is the main thread; no workers.
  // -- more of what a host gives ------------------------------------------------------
  node_child_process, ///< `node:child_process`: other programs, with `allow_processes`.
  node_net,           ///< `node:net`: sockets, with `allow_network`.
  node_test,          ///< `node:test`: tests that report on standard output.
};

/// The last of them.
inline constexpr auto builtin_max = builtin::node_test;

/// A set of `builtin`: `{builtin::web_url, builtin::console}`, or
/// `builtin_set::web() | builtin_set::node()`.
class builtin_set {
public:
  constexpr builtin_set() = default;

  constexpr builtin_set(std::initializer_list<builtin> which) {
    for (auto each : which)
      bits_ |= bit(each);
  }

  /// Everything of the web, with console and timers. None of it reaches files or network.
  [[nodiscard]] static constexpr builtin_set web() {
    return {builtin::console,
            builtin::timers,
            builtin::web_abort,
            builtin::web_base64,
            builtin::web_dom_exception,
            builtin::web_encoding,
            builtin::web_events,
            builtin::web_performance,
            builtin::web_queue_microtask,
            builtin::web_structured_clone,
            builtin::web_url};
  }

  /// Node's modules and globals that reach neither files nor network.
  [[nodiscard]] static constexpr builtin_set node() {
    return {builtin::require,
            builtin::console,
            builtin::timers,
            builtin::buffer,
            builtin::node_assert,
            builtin::node_console,
            builtin::node_events,
            builtin::node_path,
            builtin::node_perf_hooks,
            builtin::node_querystring,
            builtin::node_readline,
            builtin::node_stream,
            builtin::node_string_decoder,
            builtin::node_timers,
            builtin::node_url,
            builtin::node_util,
            builtin::node_vm,
            builtin::node_worker_threads};
  }

  /// Everything that this version has, the dangerous ones too.
  [[nodiscard]] static constexpr builtin_set all() {
    return from_bits((bit(builtin_max) << 1) - 1);
  }

  /// From `bits()`.
  [[nodiscard]] static constexpr builtin_set from_bits(std::uint64_t bits) {
    builtin_set made;
    made.bits_ = bits;
    return made;
  }

  [[nodiscard]] constexpr std::uint64_t bits() const noexcept {
    return bits_;
  }

  [[nodiscard]] constexpr bool empty() const noexcept {
    return bits_ == 0;
  }

  [[nodiscard]] constexpr bool has(builtin which) const noexcept {
    return (bits_ & bit(which)) != 0;
  }

  [[nodiscard]] constexpr builtin_set operator|(builtin_set other) const noexcept {
    return from_bits(bits_ | other.bits_);
  }

  [[nodiscard]] constexpr builtin_set without(builtin_set other) const noexcept {
    return from_bits(bits_ & ~other.bits_);
  }

  constexpr bool operator==(const builtin_set&) const = default;

private:
  static constexpr std::uint64_t bit(builtin which) noexcept {
    return std::uint64_t{1} << static_cast<unsigned>(which);
  }

  std::uint64_t bits_ = 0;
};

} // namespace troupe
