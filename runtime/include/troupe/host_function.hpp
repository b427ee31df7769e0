#pragma once

#include "troupe/result.hpp"
#include "troupe/value.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe {

/// What a host function may know of the call it serves: a parameter of type
/// `const host_call&`, the first one. Valid during the call.
struct host_call {
  std::string_view context{}; ///< Name of the calling context.
};

class host_function;

namespace detail {

/// The script's end of an asynchronous call: settles the promise that the script
/// has been given.
///
/// Threads:  any; the first answer counts.
/// Lifetime: may outlive the context, and then does nothing.
class host_reply {
public:
  virtual ~host_reply() = default;
  virtual void settle(result<value> outcome) = 0;
};

/// What an asynchronous host function has begun.
class pending_work {
public:
  virtual ~pending_work() = default;
  /// Has the outcome given to `reply` when it is there. Once.
  virtual void start(std::shared_ptr<host_reply> reply) = 0;
  /// The script that called has been stopped.
  virtual void cancel() = 0;
};

/// What a call has led to: an outcome now, or work that will have one.
struct host_outcome {
  result<value> now;
  std::unique_ptr<pending_work> later{};
};

/// What a signature of nothing but numbers and booleans looks like: its calls need
/// no `value`.
struct plain_signature {
  enum class outcome : std::uint8_t { nothing, number, boolean };

  static constexpr std::size_t parameters_max = 8;

  bool plain = false;
  std::uint8_t booleans = 0; ///< A bit for each parameter that is one.
  outcome returned = outcome::nothing;
};

/// A C++ callable behind a script function.
///
/// Threads: those of all contexts that have it, at once.
class host_callable {
public:
  host_callable(std::string name, std::size_t parameters, std::uint64_t by_reference,
                bool asynchronous, plain_signature signature)
    : name_(std::move(name)), parameters_(parameters), by_reference_(by_reference),
      asynchronous_(asynchronous), signature_(signature) {
  }
  virtual ~host_callable() = default;

  host_callable(const host_callable&) = delete;
  host_callable& operator=(const host_callable&) = delete;

  /// May throw anything.
  virtual host_outcome call(const host_call& here, std::span<const value> arguments) const = 0;

  /// The same for a plain signature, with one number for each parameter (0 or 1
  /// for a boolean). @returns false when one of them does not convert.
  virtual bool call_plain(const double* arguments, double& outcome) const = 0;

  [[nodiscard]] const plain_signature& signature() const noexcept {
    return signature_;
  }

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

  /// How many arguments it expects: the function's `length`.
  [[nodiscard]] std::size_t parameters() const noexcept {
    return parameters_;
  }

  /// Is this argument wanted as a reference rather than a copy?
  [[nodiscard]] bool by_reference(std::size_t index) const noexcept {
    return index < 64 && (by_reference_ >> index & 1) != 0;
  }

  /// Does it answer with a future?
  [[nodiscard]] bool asynchronous() const noexcept {
    return asynchronous_;
  }

private:
  std::string name_;
  std::size_t parameters_;
  std::uint64_t by_reference_;
  bool asynchronous_;
  plain_signature signature_;
};

/// An argument of the wrong type; the script sees a TypeError.
[[nodiscard]] error wrong_argument(std::string_view function, std::size_t index,
                                   std::string_view wanted, const value& given);

/// A future of any kind: the result of an asynchronous host function.
template <class T>
concept future_like = requires(T& x) {
  typename T::value_type;
  x.then([](result<typename T::value_type>) {});
  x.cancel();
};

template <class T>
result<value> to_outcome(result<T> from) {
  if (!from)
    return std::move(from).error();
  if constexpr (std::is_void_v<T>)
    return value{};
  else
    return value{*std::move(from)};
}

template <future_like Future>
class future_work final : public pending_work {
public:
  explicit future_work(Future outcome) : outcome_(std::move(outcome)) {
  }

  void start(std::shared_ptr<host_reply> reply) override {
    using T = typename Future::value_type;
    // Giving the outcome on is cheap, so it needs no other thread.
    passed_ = std::move(outcome_)
                .on([](std::function<void()> work) { work(); })
                .then([kept = std::move(reply)](result<T> outcome) {
                  kept->settle(to_outcome<T>(std::move(outcome)));
                });
  }

  void cancel() override {
    passed_.cancel();
  }

private:
  using passed_future =
    decltype(std::declval<Future&>().then([](result<typename Future::value_type>) {}));

  Future outcome_;
  passed_future passed_;
};

template <class T>
struct host_result {
  static host_outcome make(T from) {
    return {value{std::move(from)}};
  }
};

template <class T>
struct host_result<result<T>> {
  static host_outcome make(result<T> from) {
    return {to_outcome<T>(std::move(from))};
  }
};

template <future_like T>
struct host_result<T> {
  static host_outcome make(T from) {
    if (!from.valid())
      return {error{.code = errc::broken_promise,
                    .message = "the function gave a future without a state"}};
    return {value{}, std::make_unique<future_work<T>>(std::move(from))};
  }
};

template <class T>
concept taken_by_reference = requires {
  requires value_codec<T>::by_reference;
};

/// One parameter: how it is made from the arguments of the script.
template <class T>
struct host_parameter {
  static_assert(!std::same_as<T, host_function>,
                "a script cannot give a host_function; take a troupe::function");
  static constexpr std::size_t count = 1;
  static constexpr bool by_reference = taken_by_reference<T>;

  static T read(const host_callable& of, const host_call&, std::span<const value> arguments,
                std::size_t index) {
    static const value missing{};
    const auto& given = index < arguments.size() ? arguments[index] : missing;
    if (auto converted = value_codec<T>::read(given))
      return *std::move(converted);
    throw failure{wrong_argument(of.name(), index, value_codec<T>::name(), given)};
  }
};

template <>
struct host_parameter<host_call> {
  static constexpr std::size_t count = 0;
  static constexpr bool by_reference = false;

  static const host_call& read(const host_callable&, const host_call& here,
                               std::span<const value>, std::size_t) {
    return here;
  }
};

template <>
struct host_parameter<std::span<const value>> {
  static constexpr std::size_t count = 0;
  static constexpr bool by_reference = false;

  static std::span<const value> read(const host_callable&, const host_call&,
                                     std::span<const value> arguments, std::size_t index) {
    return arguments.subspan(std::min(index, arguments.size()));
  }
};

/// Is every number of this type one of JavaScript's?
template <class T>
concept plain_type = std::floating_point<T> || std::same_as<T, bool> ||(
  plain_integer<T> && sizeof(T) <= sizeof(std::int32_t));

/// @returns false when the number is none of this type.
template <plain_type T>
bool from_plain(double number, T& to) {
  if constexpr (std::same_as<T, bool> || std::same_as<T, double>) {
    to = static_cast<T>(number);
    return true;
  } else if constexpr (std::floating_point<T>) {
    auto converted = value_codec<T>::read(value{number});
    to = converted.value_or(T{});
    return converted.has_value();
  } else {
    if (!(number >= std::numeric_limits<T>::min() && number <= std::numeric_limits<T>::max()))
      return false;
    to = static_cast<T>(number);
    return static_cast<double>(to) == number;
  }
}

template <class R, class... Parameters>
constexpr plain_signature signature_of() {
  plain_signature made;
  made.plain = (plain_type<R> || std::is_void_v<R>)&&(plain_type<Parameters> && ... && true)
               && sizeof...(Parameters) <= plain_signature::parameters_max;
  unsigned bit = 1;
  ((made.booleans =
      static_cast<std::uint8_t>(made.booleans | (std::same_as<Parameters, bool> ? bit : 0)),
    bit <<= 1),
   ...);
  if constexpr (std::same_as<R, bool>)
    made.returned = plain_signature::outcome::boolean;
  else if constexpr (!std::is_void_v<R>)
    made.returned = plain_signature::outcome::number;
  return made;
}

template <class F, class R, class... Parameters>
class typed_callable final : public host_callable {
public:
  typed_callable(std::string name, F callable)
    : host_callable(std::move(name), (host_parameter<Parameters>::count + ... + 0),
                    references(std::index_sequence_for<Parameters...>{}), future_like<R>,
                    signature_of<R, Parameters...>()),
      callable_(std::move(callable)) {
  }

  host_outcome call(const host_call& here, std::span<const value> arguments) const override {
    return call(here, arguments, std::index_sequence_for<Parameters...>{});
  }

  bool call_plain(const double* arguments, double& outcome) const override {
    if constexpr (signature_of<R, Parameters...>().plain)
      return call_plain(arguments, outcome, std::index_sequence_for<Parameters...>{});
    else
      return false;
  }

private:
  template <std::size_t... I>
  bool call_plain([[maybe_unused]] const double* arguments, [[maybe_unused]] double& outcome,
                  std::index_sequence<I...>) const {
    std::tuple<Parameters...> converted;
    if (!(from_plain(arguments[I], std::get<I>(converted)) && ... && true))
      return false;
    if constexpr (std::is_void_v<R>)
      std::apply(callable_, converted);
    else
      outcome = static_cast<double>(std::apply(callable_, converted));
    return true;
  }

  /// Where a parameter's argument is: `host_call` takes none.
  static constexpr std::size_t place(std::size_t parameter) {
    std::size_t counts[]{host_parameter<Parameters>::count..., 0};
    std::size_t before = 0;
    for (std::size_t i = 0; i < parameter; ++i)
      before += counts[i];
    return before;
  }

  template <std::size_t... I>
  static constexpr std::uint64_t references(std::index_sequence<I...>) {
    return ((host_parameter<Parameters>::by_reference ? std::uint64_t{1} << place(I) : 0) | ...
            | 0);
  }

  template <std::size_t... I>
  host_outcome call(const host_call& here, std::span<const value> arguments,
                    std::index_sequence<I...>) const {
    // Braces: the first one that is wrong is told, so they are read in order.
    std::tuple<decltype(host_parameter<Parameters>::read(*this, here, arguments, place(I)))...>
      converted{host_parameter<Parameters>::read(*this, here, arguments, place(I))...};
    auto invoke = [&]() -> R { return std::apply(callable_, std::move(converted)); };
    if constexpr (std::is_void_v<R>) {
      invoke();
      return {value{}};
    } else {
      return host_result<std::remove_cvref_t<R>>::make(invoke());
    }
  }

  F callable_;
};

/// What `std::function` makes of a callable: its one signature.
template <class F>
struct callable_signature;

template <class R, class... Parameters>
struct callable_signature<std::function<R(Parameters...)>> {
  template <class F>
  static std::shared_ptr<const host_callable> make(std::string name, F callable) {
    return std::make_shared<typed_callable<F, R, std::remove_cvref_t<Parameters>...>>(
      std::move(name), std::move(callable));
  }
};

template <class F>
concept has_one_signature = requires(F f) {
  std::function{f};
};

} // namespace detail

/// A C++ callable that scripts call. It stands wherever a `value` does: as a
/// global, as a property, as an argument, as the result of another one.
///
///     troupe::host_function add{[](double a, double b) { return a + b; }};
///     troupe::host_function fetch{[](std::string url) -> troupe::future<std::string> { … }};
///     troupe::context ctx = rt.spawn({.globals = {{"add", add}, {"fetch", fetch}}}).get();
///
/// Parameters are converted as `value::as` does, exactly or with a TypeError in
/// the script; `std::optional` for those that may be missing, `troupe::function`
/// and `troupe::reference` for the script's own objects, a last
/// `std::span<const value>` for all the rest, a first `const host_call&` for
/// whoever calls.
///
/// Results: whatever converts to a `value`, `void`, `result<T>`, or a
/// `future<T>`: then the call is asynchronous and the script gets a promise,
/// settled from whatever thread settles the future. When the script's run is
/// stopped, its futures are cancelled. `context_options::pending_host_calls_max`
/// bounds them.
///
/// Errors: an exception or an `error` is thrown in the script: an `Error` (a
///           TypeError for `invalid_argument` and `clone_failed`) with the error's
///           message, as `code` its code's name, and what `error::thrown` holds as
///           `cause`; for `uncaught_exception` what `thrown` holds itself. Other
///           exceptions are `host_exception`.
///
/// Threads:  called on the threads of the contexts that have it, at once; it must
///           not block, and cannot wait for a future of a runtime: `get` gives
///           `would_deadlock` (return the future instead). Its requests to its own
///           context are carried out after the script that calls.
/// Lifetime: kept as long as a script or a `value` has it.
class host_function {
public:
  template <detail::has_one_signature F>
  requires(!std::same_as<std::remove_cvref_t<F>, host_function>) host_function(F callable)
    : host_function(std::string{}, std::move(callable)) {
  }

  /// With the name that stacks show. Without one it is that of the global.
  template <detail::has_one_signature F>
  host_function(std::string name, F callable)
    : callable_(detail::callable_signature<decltype(std::function{callable})>::make(
      std::move(name), std::move(callable))) {
  }

  host_function(const host_function&) noexcept = default; // moves as well: none is ever empty
  host_function& operator=(const host_function&) noexcept = default;

private:
  friend struct detail::value_codec<host_function>;

  explicit host_function(std::shared_ptr<const detail::host_callable> callable)
    : callable_(std::move(callable)) {
  }

  std::shared_ptr<const detail::host_callable> callable_;
};

namespace detail {

[[nodiscard]] value make_host_function(std::shared_ptr<const host_callable> from);
[[nodiscard]] std::shared_ptr<const host_callable> read_host_function(const value& from);

template <>
struct value_codec<host_function> {
  static constexpr std::string_view name() {
    return "host function";
  }
  static value make(const host_function& from) {
    return make_host_function(from.callable_);
  }
  static std::optional<host_function> read(const value& from) {
    if (auto callable = read_host_function(from))
      return host_function{std::move(callable)};
    return std::nullopt;
  }
};

} // namespace detail

} // namespace troupe
