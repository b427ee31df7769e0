#pragma once

#include "troupe/module_source.hpp"
#include "troupe/result.hpp"
#include "troupe/value.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::js {

/// Names one load of a graph, within its context; 0 = none.
using load_id = std::uint64_t;

/// Names one request for a module, within its context.
using fetch_id = std::uint64_t;

/// What a loader gives: a source, or a module of the context (a reference).
using module_answer = std::variant<module_source, value>;

/// What a graph still lacks.
struct module_fetch {
  fetch_id id = 0;
  module_request request;
};

/// What was found.
struct fetched_module {
  fetch_id id = 0;
  result<module_answer> outcome{error{}};
};

/// The loader of modules, as an isolate sees it.
///
/// Threads: any.
class module_finder {
public:
  virtual ~module_finder() = default;

  /// What can be told without waiting.
  [[nodiscard]] virtual std::optional<result<module_answer>> find(
    const module_request& request) const = 0;
};

/// Where the modules of a graph come from.
struct module_port {
  /// Names the loader for the other side; 0 = none.
  std::uint64_t id = 0;
  /// Within a process; may be null.
  std::shared_ptr<const module_finder> finder{};

  explicit operator bool() const noexcept {
    return id != 0;
  }
};

} // namespace troupe::js
