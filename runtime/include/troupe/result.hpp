#pragma once

#include "troupe/error.hpp"

#include <concepts>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace troupe {

namespace detail {

/// An `error` by pointer, so that a success is not as large as a failure. Copied
/// with what it holds; empty only when moved from.
class boxed_error {
public:
  explicit boxed_error(error what) : box_(std::make_unique<error>(std::move(what))) {
  }

  boxed_error(const boxed_error& other)
    : box_(other.box_ ? std::make_unique<error>(*other.box_) : nullptr) {
  }

  boxed_error(boxed_error&&) noexcept = default;

  boxed_error& operator=(boxed_error other) noexcept {
    box_.swap(other.box_);
    return *this;
  }

  ~boxed_error() = default;

  [[nodiscard]] error& operator*() const noexcept {
    return *box_;
  }

private:
  std::unique_ptr<error> box_;
};

} // namespace detail

/// A `T` or the `error` that stood in its way.
///
/// Threads:  as safe as `T`.
/// Errors:   `value()`, and the conversion of a temporary to `T`, throw
///           `failure`; `*` and `->` require success; the rest never throws.
template <class T>
class [[nodiscard]] result {
public:
  using value_type = T;

  // -- construction -----------------------------------------------------------

  result(T value) : state_(std::in_place_index<0>, std::move(value)) {
  }

  result(troupe::error what) : state_(std::in_place_index<1>, std::move(what)) {
  }

  // -- observation ------------------------------------------------------------

  [[nodiscard]] bool has_value() const noexcept {
    return state_.index() == 0;
  }

  explicit operator bool() const noexcept {
    return has_value();
  }

  [[nodiscard]] const T& operator*() const& noexcept {
    return *std::get_if<0>(&state_);
  }

  [[nodiscard]] T& operator*() & noexcept {
    return *std::get_if<0>(&state_);
  }

  [[nodiscard]] T&& operator*() && noexcept {
    return std::move(*std::get_if<0>(&state_));
  }

  [[nodiscard]] const T* operator->() const noexcept {
    return std::get_if<0>(&state_);
  }

  [[nodiscard]] T* operator->() noexcept {
    return std::get_if<0>(&state_);
  }

  [[nodiscard]] const T& value() const& {
    if (auto* present = std::get_if<0>(&state_))
      return *present;
    throw failure{**std::get_if<1>(&state_)};
  }

  [[nodiscard]] T value() && {
    if (auto* present = std::get_if<0>(&state_))
      return std::move(*present);
    throw failure{std::move(**std::get_if<1>(&state_))};
  }

  [[nodiscard]] T value_or(T fallback) && {
    return has_value() ? std::move(**this) : std::move(fallback);
  }

  /// The error; requires failure.
  [[nodiscard]] const troupe::error& error() const& noexcept {
    return **std::get_if<1>(&state_);
  }

  [[nodiscard]] troupe::error&& error() && noexcept {
    return std::move(**std::get_if<1>(&state_));
  }

  /// `troupe::context ctx = rt.spawn().get();` Throws `failure` on an error. Not
  /// for `bool`, which would be taken for the success.
  template <std::same_as<T> U>
  requires(!std::same_as<T, bool>) operator U() && {
    return std::move(*this).value();
  }

private:
  std::variant<T, detail::boxed_error> state_;
};

/// Success without a value, or an `error`.
template <>
class [[nodiscard]] result<void> {
public:
  using value_type = void;

  result() noexcept = default;

  result(troupe::error what) : error_(detail::boxed_error{std::move(what)}) {
  }

  [[nodiscard]] bool has_value() const noexcept {
    return !error_;
  }

  explicit operator bool() const noexcept {
    return has_value();
  }

  /// Throws `failure` on an error.
  void value() const {
    if (error_)
      throw failure{**error_};
  }

  /// The error; requires failure.
  [[nodiscard]] const troupe::error& error() const& noexcept {
    return **error_;
  }

  [[nodiscard]] troupe::error&& error() && noexcept {
    return std::move(**error_);
  }

private:
  std::optional<detail::boxed_error> error_;
};

} // namespace troupe
