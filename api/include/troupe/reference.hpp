#pragma once

#include "troupe/future.hpp"
#include "troupe/host_function.hpp"
#include "troupe/options.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

namespace detail {
struct context_home;
}

/// An object of a script, held by C++: the object itself, not a copy.
///
///     troupe::value made = ctx.run("({ n: 1 })", {.take = take_as::reference}).get();
///     auto state = made.as<troupe::reference>();
///     auto done = state.set("n", 2).get();
///
/// From where: a run, call or `get` with `take_as::reference`; a host function
/// with a parameter of this type. As a `value` it can be given back to its own
/// context: as a global, as an argument, as the result of a host function.
///
/// Threads:  one handle may be used from any thread, also at once.
/// Lifetime: a lease: the object lives as long as the handle, or a `value` made of
///           it, or as the context. Does not keep the context alive.
/// Errors:   through the futures: `context_closed` when the context has ended,
///           `stale_reference` after `context::reset`, `no_such_context` for an
///           empty handle.
class reference {
public:
  reference() = default;
  reference(reference&&) noexcept = default;
  reference& operator=(reference&&) noexcept = default;

  /// A structured clone; of a promise, one of what it settles to.
  [[nodiscard]] future<value> copy(run_options how = {}) const;

  // As a script reads and writes `object[key]`.
  [[nodiscard]] future<value> get(std::string key, take_as how = take_as::copy) const;
  [[nodiscard]] future<void> set(std::string key, value item) const;
  [[nodiscard]] future<bool> has(std::string key) const;
  /// @returns false when the property cannot be deleted.
  [[nodiscard]] future<bool> remove(std::string key) const;
  /// Names of the own enumerable properties, in JavaScript's order.
  [[nodiscard]] future<std::vector<std::string>> keys() const;

  /// Does it refer to anything?
  [[nodiscard]] bool valid() const noexcept {
    return held_.is(value_kind::reference);
  }

  /// Name of the object's context.
  [[nodiscard]] std::string_view context() const noexcept;

private:
  friend struct detail::value_codec<reference>;
  friend class function;

  explicit reference(value held) : held_(std::move(held)) {
  }

  value held_;
};

/// A function of a script, called from C++: a lease like `reference`.
///
///     troupe::function twice =
///       ctx.compile_function("return 2 * n", {.parameters = {"n"}}).get();
///     int four = twice(2).get()->as<int>();
class function {
public:
  function() = default;
  function(function&&) noexcept = default;
  function& operator=(function&&) noexcept = default;

  /// Calls it with `this` undefined and gives what it returns; of a promise, what
  /// that settles to.
  template <class... Arguments>
  [[nodiscard]] future<value> operator()(Arguments&&... arguments) const {
    std::vector<value> list;
    list.reserve(sizeof...(arguments));
    (list.push_back(value{std::forward<Arguments>(arguments)}), ...);
    return call(std::move(list));
  }

  [[nodiscard]] future<value> call(std::vector<value> arguments, run_options how = {}) const;
  /// With a `this`.
  [[nodiscard]] future<value> call(std::vector<value> arguments, run_options how,
                                   value receiver) const;

  /// Did V8 refuse the `script_options::cached_data` it was compiled with? Unset when
  /// there was none, and for functions that C++ has not compiled.
  [[nodiscard]] std::optional<bool> cached_data_rejected() const noexcept {
    return rejected_;
  }

  /// What V8 has compiled it to so far, for `script_options::cached_data` of the same
  /// body and parameters. Only for functions from `context::compile_function`.
  [[nodiscard]] future<std::vector<std::byte>> create_cached_data() const;

  /// The function as an object: its properties.
  [[nodiscard]] reference object() const {
    return reference{held_};
  }

  [[nodiscard]] bool valid() const noexcept {
    return held_.is(value_kind::reference);
  }

  /// Name of the function's context.
  [[nodiscard]] std::string_view context() const noexcept;

private:
  friend struct detail::value_codec<function>;
  friend class context;

  explicit function(value held) : held_(std::move(held)) {
  }

  value held_;
  std::optional<bool> rejected_;
};

namespace detail {

[[nodiscard]] bool is_callable_reference(const value& from) noexcept;

template <>
struct value_codec<reference> {
  static constexpr bool by_reference = true;

  static constexpr std::string_view name() {
    return "object";
  }
  static value make(const reference& from) {
    return from.held_;
  }
  static std::optional<reference> read(const value& from) {
    if (!from.is(value_kind::reference))
      return std::nullopt;
    return reference{from};
  }
};

template <>
struct value_codec<function> {
  static constexpr bool by_reference = true;

  static constexpr std::string_view name() {
    return "function";
  }
  static value make(const function& from) {
    return from.held_;
  }
  static std::optional<function> read(const value& from) {
    if (!is_callable_reference(from))
      return std::nullopt;
    return function{from};
  }
};

} // namespace detail

} // namespace troupe
