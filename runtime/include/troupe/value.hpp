#pragma once

#include "troupe/buffer.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe {

/// What a `value` is. The list is that of the structured clone algorithm
/// (https://html.spec.whatwg.org/#structuredserializeinternal). The last ones are
/// shared rather than copied and cannot leave their process.
enum class value_kind : std::uint8_t {
  undefined,
  null,
  boolean,
  number,
  bigint,
  string,
  date,
  array,
  object,
  map,
  set,
  regexp,
  error,
  array_buffer,
  typed_array, ///< Includes DataView; see `element_type`.
  boxed,       ///< `new Number(1)`, `new String("")`, `Object(1n)`…
  shared_array_buffer,
  wasm_module,   ///< A compiled `WebAssembly.Module`; nothing that C++ can read.
  host_function, ///< See `troupe::host_function`.
  reference,     ///< An object of a script: see `troupe::reference`.
  hole,          ///< An absent array element: `[, 1][0]`.
};

/// The element type of a typed array.
enum class element_type : std::uint8_t {
  int8,
  uint8,
  uint8_clamped,
  int16,
  uint16,
  int32,
  uint32,
  float16,
  float32,
  float64,
  bigint64,
  biguint64,
  data_view, ///< No elements of its own; its bytes are read as such.
};

/// The name of a kind, as error messages use it.
[[nodiscard]] std::string_view to_string(value_kind kind) noexcept;

/// Thrown by `value::as` when the value is something else.
class wrong_kind : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class value;

namespace detail {

class value_graph;
struct value_node;
struct value_access;

/// One value inside a graph. Nodes belong to the graph, never to the slot.
struct value_slot {
  value_kind kind = value_kind::undefined;
  union {
    bool boolean;
    double number = 0;
    const value_node* node;
  };
};

template <class T>
struct value_codec; // as<T>() and value(T) for the types below

template <class T>
concept convertible_to_value =
  !std::same_as<std::remove_cvref_t<T>, value> && requires(const std::remove_cvref_t<T>& x) {
  { value_codec<std::remove_cvref_t<T>>::make(x) } -> std::same_as<value>;
};

} // namespace detail

/// A JavaScript value outside its isolate: what a structured clone carries.
///
/// Purpose:  results of scripts, globals given to them, thrown values.
/// Threads:  immutable; may be copied to and read from any thread.
/// Lifetime: shares its data; a part keeps the whole it came from alive.
/// Errors:   `as` throws `wrong_kind`; `try_as` and the look-ups do not throw.
/// Cycles and shared references inside a value survive the crossing both ways.
class value {
public:
  struct member; // a key and its value
  struct pair;   // an entry of a Map

  // -- construction -----------------------------------------------------------

  /// `undefined`.
  value() noexcept = default;

  /// `null`.
  value(std::nullptr_t) noexcept;

  /// A boolean, a number, a string (UTF-8 or UTF-16), a `Date` from a
  /// `system_clock::time_point`, an array from a vector, an object from a map,
  /// `undefined` from an empty optional. Integers that a double cannot hold
  /// exactly become a BigInt rather than another number.
  template <detail::convertible_to_value T>
  value(const T& from) : value(detail::value_codec<T>::make(from)) {
  }

  value(const char* utf8);

  [[nodiscard]] static value array(std::vector<value> elements);
  [[nodiscard]] static value object(std::vector<member> members);
  [[nodiscard]] static value object(std::initializer_list<member> members);
  [[nodiscard]] static value map(std::vector<pair> entries);
  [[nodiscard]] static value set(std::vector<value> elements);
  [[nodiscard]] static value bigint(std::int64_t number);
  /// Magnitude in 64-bit words, least significant first.
  [[nodiscard]] static value bigint(bool negative, std::vector<std::uint64_t> words);
  /// Milliseconds since the epoch; NaN is the invalid date.
  [[nodiscard]] static value date(double milliseconds);
  [[nodiscard]] static value regexp(std::string_view source, std::string_view flags = {});
  /// An `Error` whose constructor is picked by `name` (`TypeError`, …).
  [[nodiscard]] static value make_error(std::string_view message,
                                        std::string_view name = "Error");
  /// An `ArrayBuffer` with a copy of `bytes`.
  [[nodiscard]] static value array_buffer(std::span<const std::byte> bytes);
  /// An `ArrayBuffer` that is `memory` itself, not a copy: the memory goes to the
  /// first context that this value, or a copy of it, enters; a second one gets
  /// `clone_failed`. Until then C++ can have it back with `take_buffer`.
  [[nodiscard]] static value transfer(buffer memory);
  /// A `Uint8Array` over a copy of `bytes`.
  [[nodiscard]] static value bytes(std::span<const std::byte> bytes);
  /// A typed array of `type` over a copy of `bytes`, whose size must be a
  /// multiple of the element size (the rest is cut off). Throws
  /// `std::invalid_argument` when `type` is none.
  [[nodiscard]] static value typed_array(element_type type, std::span<const std::byte> bytes);
  /// An absent element, only meaningful inside `array`.
  [[nodiscard]] static value hole() noexcept;

  // -- inspection -------------------------------------------------------------

  [[nodiscard]] value_kind kind() const noexcept {
    return slot_.kind;
  }

  [[nodiscard]] bool is(value_kind kind) const noexcept {
    return slot_.kind == kind;
  }

  /// Is it `undefined` or a hole, which reads as `undefined`?
  [[nodiscard]] bool is_undefined() const noexcept {
    return slot_.kind == value_kind::undefined || slot_.kind == value_kind::hole;
  }

  [[nodiscard]] bool is_null() const noexcept {
    return slot_.kind == value_kind::null;
  }

  /// Converts exactly or throws `wrong_kind`: `bool`, integers (in range and
  /// without fraction; also from BigInt), floating point, `std::string` (UTF-8,
  /// lone surrogates become U+FFFD), `std::u16string` (exact), time points,
  /// `std::vector<T>` (arrays, sets, typed arrays), `std::map<std::string, T>`
  /// and `std::unordered_map` (objects), `std::optional<T>` (null, undefined),
  /// `shared_buffer` (a SharedArrayBuffer, or the one under a view);
  /// `std::vector<std::byte>` is a copy of what a buffer or view holds, be it shared, or
  /// transferred and not taken yet.
  template <class T>
  [[nodiscard]] T as() const {
    if (auto converted = try_as<T>())
      return *std::move(converted);
    throw_wrong_kind(detail::value_codec<T>::name());
  }

  /// Like `as`, but empty where that would throw.
  template <class T>
  [[nodiscard]] std::optional<T> try_as() const {
    return detail::value_codec<T>::read(*this);
  }

  // -- containers -------------------------------------------------------------

  /// Length of an array (holes included), number of own properties of an
  /// object, entries of a Map or Set, elements of a typed array, bytes of an
  /// ArrayBuffer, UTF-16 units of a string; else 0.
  [[nodiscard]] std::size_t size() const noexcept;

  /// Element of an array, Set or typed array; `undefined` when there is none.
  template <std::integral Index>
  [[nodiscard]] value operator[](Index index) const {
    return std::in_range<std::size_t>(index) ? element(static_cast<std::size_t>(index)) : value{};
  }

  /// Property by UTF-8 key (linear in the number of properties), also of
  /// arrays and errors (`name`, `message`, `stack`, `cause`); `undefined` when
  /// there is none.
  [[nodiscard]] value operator[](std::string_view key) const;
  [[nodiscard]] value operator[](const char* key) const {
    return (*this)[std::string_view{key}];
  }

  [[nodiscard]] bool contains(std::string_view key) const;

  /// Own string-keyed properties, in JavaScript's order (beside the elements,
  /// for an array).
  [[nodiscard]] std::vector<member> members() const;

  /// Entries of a Map in insertion order.
  [[nodiscard]] std::vector<pair> pairs() const;

  /// Elements of an array (holes included as holes) or Set.
  [[nodiscard]] std::vector<value> elements() const;

  // -- parts of special kinds -------------------------------------------------

  [[nodiscard]] element_type element() const noexcept;
  /// Bytes of an ArrayBuffer, typed array or DataView; else empty. Valid while
  /// this value or a copy of it lives. Empty also for memory that is transferred
  /// (`take_buffer`) or shared (`as<shared_buffer>`): others may write to it.
  [[nodiscard]] std::span<const std::byte> as_bytes() const noexcept;
  /// Takes the memory that a script or `transfer` has put into this ArrayBuffer,
  /// or that of the ArrayBuffer under this view, whole. Empty when it was copied
  /// rather than transferred, or when somebody has taken it before. May be called
  /// by any thread: one gets it.
  [[nodiscard]] std::optional<buffer> take_buffer() const;
  /// Where a typed array or DataView begins in its buffer.
  [[nodiscard]] std::size_t byte_offset() const noexcept;
  /// Words of a BigInt, least significant first.
  [[nodiscard]] std::vector<std::uint64_t> bigint_words() const;
  [[nodiscard]] bool bigint_negative() const noexcept;
  /// Milliseconds since the epoch of a Date; NaN for other kinds.
  [[nodiscard]] double date_milliseconds() const noexcept;
  [[nodiscard]] std::string regexp_source() const;
  [[nodiscard]] std::string regexp_flags() const;
  /// The primitive inside a boxed value.
  [[nodiscard]] value unboxed() const;

  // -- comparison and printing ------------------------------------------------

  /// Equal in kind and content, cycles included; NaN equals NaN, 0 differs from
  /// -0 (SameValue, https://tc39.es/ecma262/#sec-samevalue), order of object
  /// keys does not count.
  [[nodiscard]] friend bool operator==(const value& a, const value& b) {
    return equal(a, b);
  }

  /// Do both refer to the very same object?
  [[nodiscard]] bool same_object(const value& other) const noexcept;

  /// A one-line rendering for people, in the style of a JavaScript console.
  [[nodiscard]] std::string to_string() const;

private:
  friend struct detail::value_access;

  value(std::shared_ptr<const detail::value_graph> graph, detail::value_slot slot) noexcept
    : graph_(std::move(graph)), slot_(slot) {
  }

  [[nodiscard]] value element(std::size_t index) const;
  static bool equal(const value& a, const value& b);
  [[noreturn]] void throw_wrong_kind(std::string_view wanted) const;

  std::shared_ptr<const detail::value_graph> graph_; // null for plain primitives
  detail::value_slot slot_;
};

struct value::member {
  std::string key; ///< UTF-8
  value item;
};

struct value::pair {
  value key;
  value item;
};

// -- conversions --------------------------------------------------------------

namespace detail {

[[nodiscard]] value make_boolean(bool from) noexcept;
[[nodiscard]] value make_number(double from) noexcept;
[[nodiscard]] value make_integer(std::int64_t from);
[[nodiscard]] value make_unsigned(std::uint64_t from);
[[nodiscard]] value make_string(std::string_view utf8);
[[nodiscard]] value make_string(std::u16string_view utf16);
[[nodiscard]] std::optional<bool> read_boolean(const value& from) noexcept;
[[nodiscard]] std::optional<double> read_number(const value& from) noexcept;
[[nodiscard]] std::optional<std::int64_t> read_integer(const value& from) noexcept;
[[nodiscard]] std::optional<std::uint64_t> read_unsigned(const value& from) noexcept;
[[nodiscard]] std::optional<std::string> read_utf8(const value& from);
[[nodiscard]] std::optional<std::u16string> read_utf16(const value& from);
[[nodiscard]] value make_shared_buffer(const shared_buffer& from);
[[nodiscard]] std::optional<shared_buffer> read_shared_buffer(const value& from);
[[nodiscard]] std::optional<std::vector<std::byte>> read_bytes(const value& from);

template <>
struct value_codec<value> {
  static constexpr std::string_view name() {
    return "value";
  }
  static std::optional<value> read(const value& from) {
    return from;
  }
};

template <>
struct value_codec<bool> {
  static constexpr std::string_view name() {
    return "boolean";
  }
  static value make(bool from) noexcept {
    return make_boolean(from);
  }
  static std::optional<bool> read(const value& from) noexcept {
    return read_boolean(from);
  }
};

template <std::floating_point T>
struct value_codec<T> {
  static constexpr std::string_view name() {
    return "number";
  }
  static value make(T from) noexcept {
    return make_number(static_cast<double>(from));
  }
  static std::optional<T> read(const value& from) noexcept {
    auto number = read_number(from);
    // A number may be rounded to a float, but not become infinite.
    if (!number
        || (*number > std::numeric_limits<T>::max()
            && *number != std::numeric_limits<double>::infinity())
        || (*number < std::numeric_limits<T>::lowest()
            && *number != -std::numeric_limits<double>::infinity()))
      return std::nullopt;
    return static_cast<T>(*number);
  }
};

template <class T>
concept plain_integer =
  std::integral<T> && !std::same_as<
    T,
    bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <plain_integer T>
struct value_codec<T> {
  static constexpr std::string_view name() {
    return "integer in range";
  }
  static value make(T from) {
    if constexpr (std::is_signed_v<T>)
      return make_integer(from);
    else
      return make_unsigned(from);
  }
  static std::optional<T> read(const value& from) noexcept {
    if constexpr (std::is_signed_v<T>) {
      auto wide = read_integer(from);
      if (wide && *wide >= std::numeric_limits<T>::min()
          && *wide <= std::numeric_limits<T>::max())
        return static_cast<T>(*wide);
    } else {
      auto wide = read_unsigned(from);
      if (wide && *wide <= std::numeric_limits<T>::max())
        return static_cast<T>(*wide);
    }
    return std::nullopt;
  }
};

template <>
struct value_codec<std::string> {
  static constexpr std::string_view name() {
    return "string";
  }
  static value make(const std::string& from) {
    return make_string(std::string_view{from});
  }
  static std::optional<std::string> read(const value& from) {
    return read_utf8(from);
  }
};

template <>
struct value_codec<std::string_view> {
  static value make(std::string_view from) {
    return make_string(from);
  }
};

template <>
struct value_codec<std::u16string> {
  static constexpr std::string_view name() {
    return "string";
  }
  static value make(const std::u16string& from) {
    return make_string(std::u16string_view{from});
  }
  static std::optional<std::u16string> read(const value& from) {
    return read_utf16(from);
  }
};

template <>
struct value_codec<std::u16string_view> {
  static value make(std::u16string_view from) {
    return make_string(from);
  }
};

template <>
struct value_codec<std::chrono::system_clock::time_point> {
  using time_point = std::chrono::system_clock::time_point;
  static constexpr std::string_view name() {
    return "date";
  }
  static value make(time_point from) {
    using milliseconds = std::chrono::duration<double, std::milli>;
    return value::date(std::chrono::floor<std::chrono::milliseconds>(from.time_since_epoch())
                       / milliseconds{1});
  }
  static std::optional<time_point> read(const value& from) {
    auto ms = from.date_milliseconds();
    if (!(ms > -9e12 && ms < 9e12)) // what a 64-bit nanosecond clock can hold
      return std::nullopt;
    return time_point{std::chrono::milliseconds{static_cast<std::int64_t>(ms)}};
  }
};

template <>
struct value_codec<shared_buffer> {
  static constexpr std::string_view name() {
    return "shared array buffer";
  }
  static value make(const shared_buffer& from) {
    return make_shared_buffer(from);
  }
  static std::optional<shared_buffer> read(const value& from) {
    return read_shared_buffer(from);
  }
};

template <class T>
struct value_codec<std::optional<T>> {
  static constexpr bool by_reference = requires {
    requires value_codec<T>::by_reference;
  };

  static constexpr std::string_view name() {
    return value_codec<T>::name();
  }
  static value make(const std::optional<T>& from) {
    return from ? value{*from} : value{};
  }
  static std::optional<std::optional<T>> read(const value& from) {
    if (from.is_undefined() || from.is_null())
      return std::optional<std::optional<T>>{std::in_place};
    if (auto inner = value_codec<T>::read(from))
      return std::optional<T>{*std::move(inner)};
    return std::nullopt;
  }
};

template <class T>
struct value_codec<std::vector<T>> {
  static constexpr std::string_view name() {
    return "array";
  }
  static value make(const std::vector<T>& from) {
    return value::array(std::vector<value>(from.begin(), from.end()));
  }
  static std::optional<std::vector<T>> read(const value& from) {
    if (!from.is(value_kind::array) && !from.is(value_kind::set)
        && !from.is(value_kind::typed_array))
      return std::nullopt;
    std::vector<T> result;
    if (from.is(value_kind::typed_array)) {
      if (from.size() != 0 && from.as_bytes().empty())
        return std::nullopt; // shared or transferred memory: its elements cannot be seen
      for (std::size_t i = 0; i < from.size(); ++i) {
        auto element = value_codec<T>::read(from[i]);
        if (!element)
          return std::nullopt;
        result.push_back(*std::move(element));
      }
      return result;
    }
    auto items = from.elements();
    if (items.size() != from.size()) // a sparse array, perhaps of a billion holes
      return std::nullopt;
    for (const auto& item : items) {
      auto element = value_codec<T>::read(item);
      if (!element)
        return std::nullopt;
      result.push_back(*std::move(element));
    }
    return result;
  }
};

template <>
struct value_codec<std::vector<std::byte>> {
  static constexpr std::string_view name() {
    return "bytes";
  }
  static value make(const std::vector<std::byte>& from) {
    return value::bytes(from);
  }
  static std::optional<std::vector<std::byte>> read(const value& from) {
    return read_bytes(from);
  }
};

template <class Map>
struct string_map_codec {
  static constexpr std::string_view name() {
    return "object";
  }
  static value make(const Map& from) {
    std::vector<value::member> members;
    for (const auto& [key, item] : from)
      members.push_back({key, value{item}});
    return value::object(std::move(members));
  }
  static std::optional<Map> read(const value& from) {
    if (!from.is(value_kind::object))
      return std::nullopt;
    Map result;
    for (auto& [key, item] : from.members()) {
      auto converted = value_codec<typename Map::mapped_type>::read(item);
      if (!converted)
        return std::nullopt;
      result.emplace(std::move(key), *std::move(converted));
    }
    return result;
  }
};

template <class T>
struct value_codec<std::map<std::string, T>> : string_map_codec<std::map<std::string, T>> {};

template <class T>
struct value_codec<std::unordered_map<std::string, T>>
  : string_map_codec<std::unordered_map<std::string, T>> {};

} // namespace detail

} // namespace troupe
