#include "troupe/value.hpp"

#include "runtime/transfer_cell.hpp"
#include "runtime/unicode.hpp"
#include "runtime/value_graph.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <set>
#include <unordered_map>

namespace troupe {

using detail::boolean_slot;
using detail::has_identity;
using detail::has_node;
using detail::node_slot;
using detail::number_slot;
using detail::plain_slot;
using detail::value_access;
using detail::value_graph;
using detail::value_node;
using detail::value_property;
using detail::value_slot;
using detail::value_text;

namespace {

constexpr double max_safe_integer = 9007199254740991.0;

/// Builds a value of one node.
template <class Fill>
value make_value(value_kind kind, Fill fill) {
  auto graph = std::make_shared<value_graph>();
  auto* node = graph->make_node();
  fill(*graph, *node);
  return value_access::make(std::move(graph), node_slot(kind, node));
}

value_slot import(value_graph& graph, const value& from) {
  graph.adopt(value_access::graph(from));
  return value_access::slot(from);
}

const value_node* node_of(const value& from) {
  auto& slot = value_access::slot(from);
  return has_node(slot.kind) ? slot.node : nullptr;
}

value part(const value& whole, value_slot slot) {
  if (!has_node(slot.kind))
    return value_access::make(nullptr, slot);
  return value_access::make(value_access::graph(whole), slot);
}

double half_to_double(std::uint16_t bits) {
  int exponent = (bits >> 10) & 0x1F;
  double fraction = bits & 0x3FF;
  double magnitude = exponent == 0    ? std::ldexp(fraction, -24)
                     : exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                                      : std::ldexp(fraction + 1024, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

template <class T>
T load(const std::byte* from) {
  T result;
  std::memcpy(&result, from, sizeof(T));
  return result;
}

value typed_element(element_type type, const std::byte* at) {
  switch (type) {
    case element_type::int8:
      return load<std::int8_t>(at);
    case element_type::int16:
      return load<std::int16_t>(at);
    case element_type::uint16:
      return load<std::uint16_t>(at);
    case element_type::int32:
      return load<std::int32_t>(at);
    case element_type::uint32:
      return load<std::uint32_t>(at);
    case element_type::float16:
      return half_to_double(load<std::uint16_t>(at));
    case element_type::float32:
      return load<float>(at);
    case element_type::float64:
      return load<double>(at);
    case element_type::bigint64:
      return value::bigint(load<std::int64_t>(at));
    case element_type::biguint64:
      return value::bigint(false, {load<std::uint64_t>(at)});
    default:
      return load<std::uint8_t>(at);
  }
}

// A sparse array that a script made for nothing must not cost the host gigabytes.
constexpr std::size_t expanded_max = std::size_t{1} << 22;

/// The index that a key of a sparse array stands for; the largest number if none.
std::size_t array_index(const value_text& key) {
  constexpr auto none = std::numeric_limits<std::size_t>::max();
  if (key.length == 0 || key.length > 10 || (key.length > 1 && key.at(0) == u'0'))
    return none;
  std::size_t index = 0;
  for (std::uint32_t i = 0; i < key.length; ++i) {
    if (key.at(i) < u'0' || key.at(i) > u'9')
      return none;
    index = index * 10 + (key.at(i) - std::size_t{'0'});
  }
  return index;
}

struct text_hash {
  std::size_t operator()(const value_text& text) const noexcept {
    std::size_t hash = text.length; // by units: one text may be kept in two ways
    for (std::uint32_t i = 0; i < text.length; ++i)
      hash = hash * 31 + text.at(i);
    return hash;
  }
};

/// Finds properties by key: one by one while they are few, else by hash.
class property_index {
public:
  /// The place of `key` among `properties`, which only grow from call to call;
  /// their number if it is not there.
  std::size_t find(std::span<const value_property> properties, const value_text& key) {
    if (properties.size() <= few)
      return static_cast<std::size_t>(std::ranges::find(properties, key, &value_property::key)
                                      - properties.begin());
    for (auto i = places_.size(); i < properties.size(); ++i)
      places_.emplace(properties[i].key, i);
    auto found = places_.find(key);
    return found == places_.end() ? properties.size() : found->second;
  }

private:
  static constexpr std::size_t few = 16;

  std::unordered_map<value_text, std::size_t, text_hash> places_;
};

const value_property* find_property(const value_node& node, std::string_view key) {
  value_graph scratch;
  auto wanted = scratch.make_text(key);
  auto found = std::ranges::find(node.properties, wanted, &value_property::key);
  return found == node.properties.end() ? nullptr : &*found;
}

} // namespace

std::string_view to_string(value_kind kind) noexcept {
  static constexpr std::array<std::string_view, 21> names{"undefined",
                                                          "null",
                                                          "boolean",
                                                          "number",
                                                          "bigint",
                                                          "string",
                                                          "date",
                                                          "array",
                                                          "object",
                                                          "map",
                                                          "set",
                                                          "regexp",
                                                          "error",
                                                          "array buffer",
                                                          "typed array",
                                                          "boxed primitive",
                                                          "shared array buffer",
                                                          "WebAssembly module",
                                                          "host function",
                                                          "reference",
                                                          "hole"};
  auto place = static_cast<std::size_t>(kind);
  return place < names.size() ? names[place] : "unknown kind";
}

// -- construction ---------------------------------------------------------------

value::value(std::nullptr_t) noexcept : slot_(plain_slot(value_kind::null)) {
}

value::value(const char* utf8) : value(detail::make_string(std::string_view{utf8})) {
}

value value::array(std::vector<value> elements) {
  auto holes =
    static_cast<std::size_t>(std::ranges::count(elements, value_kind::hole, &value::kind));
  auto present = elements.size() - holes;
  return make_value(value_kind::array, [&](value_graph& graph, value_node& node) {
    node.length = static_cast<std::uint32_t>(elements.size());
    if (detail::is_dense(present, elements.size())) {
      node.items = graph.make_span<value_slot>(elements.size());
      for (std::size_t i = 0; i < elements.size(); ++i)
        node.items[i] = import(graph, elements[i]);
      return;
    }
    node.properties = graph.make_span<value_property>(present);
    auto next = node.properties.begin();
    for (std::size_t i = 0; i < elements.size(); ++i)
      if (!elements[i].is(value_kind::hole))
        *next++ = {graph.make_text(std::to_string(i)), import(graph, elements[i])};
  });
}

value value::object(std::vector<member> members) {
  return make_value(value_kind::object, [&](value_graph& graph, value_node& node) {
    node.properties = graph.make_span<value_property>(members.size());
    std::size_t used = 0;
    property_index known;
    for (const auto& [key, item] : members) {
      // As in an object literal: the last of several equal keys wins, and it
      // keeps the first one's place.
      auto text = graph.make_text(key);
      auto place = known.find(node.properties.first(used), text);
      used = std::max(used, place + 1);
      node.properties[place] = {text, import(graph, item)};
    }
    node.properties = node.properties.first(used);
  });
}

value value::object(std::initializer_list<member> members) {
  return object(std::vector<member>(members));
}

value value::map(std::vector<pair> entries) {
  return make_value(value_kind::map, [&](value_graph& graph, value_node& node) {
    node.items = graph.make_span<value_slot>(entries.size() * 2);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      node.items[2 * i] = import(graph, entries[i].key);
      node.items[2 * i + 1] = import(graph, entries[i].item);
    }
  });
}

value value::set(std::vector<value> elements) {
  return make_value(value_kind::set, [&](value_graph& graph, value_node& node) {
    node.items = graph.make_span<value_slot>(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i)
      node.items[i] = import(graph, elements[i]);
  });
}

value value::bigint(std::int64_t number) {
  auto magnitude =
    number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  return bigint(number < 0, {magnitude});
}

value value::bigint(bool negative, std::vector<std::uint64_t> words) {
  while (!words.empty() && words.back() == 0)
    words.pop_back();
  return make_value(value_kind::bigint, [&](value_graph& graph, value_node& node) {
    node.words = graph.copy_span(std::span<const std::uint64_t>{words});
    node.negative = negative && !words.empty();
  });
}

value value::date(double milliseconds) {
  return make_value(value_kind::date,
                    [&](value_graph&, value_node& node) { node.number = milliseconds; });
}

value value::regexp(std::string_view source, std::string_view flags) {
  return make_value(value_kind::regexp, [&](value_graph& graph, value_node& node) {
    node.text = graph.make_text(source);
    node.extra = graph.make_text(flags);
  });
}

value value::make_error(std::string_view message, std::string_view name) {
  return make_value(value_kind::error, [&](value_graph& graph, value_node& node) {
    node.text = graph.make_text(name);
    node.properties = graph.make_span<value_property>(1);
    node.properties[0] = {graph.make_text(std::string_view{"message"}),
                          import(graph, detail::make_string(message))};
  });
}

value value::array_buffer(std::span<const std::byte> bytes) {
  return make_value(value_kind::array_buffer, [&](value_graph& graph, value_node& node) {
    node.bytes = graph.copy_span(bytes);
  });
}

value value::transfer(buffer memory) {
  return make_value(value_kind::array_buffer, [&](value_graph& graph, value_node& node) {
    node.byte_length = memory.size();
    node.resource = graph.keep(std::make_shared<detail::transfer_cell>(std::move(memory)));
  });
}

value value::bytes(std::span<const std::byte> bytes) {
  return typed_array(element_type::uint8, bytes);
}

value value::typed_array(element_type type, std::span<const std::byte> bytes) {
  if (type > element_type::data_view)
    throw std::invalid_argument{"value::typed_array: the type is no element_type"};
  auto whole = bytes.first(bytes.size() - bytes.size() % detail::element_size(type));
  return make_value(value_kind::typed_array, [&](value_graph& graph, value_node& node) {
    node.element = type;
    node.byte_length = whole.size();
    node.items = graph.make_span<value_slot>(1);
    node.items[0] = import(graph, array_buffer(whole));
  });
}

value value::hole() noexcept {
  return value{nullptr, plain_slot(value_kind::hole)};
}

// -- containers -------------------------------------------------------------------

std::size_t value::size() const noexcept {
  const auto* node = node_of(*this);
  switch (kind()) {
    case value_kind::array:
      return node->length;
    case value_kind::object:
    case value_kind::error:
      return node->properties.size();
    case value_kind::map:
      return node->items.size() / 2;
    case value_kind::set:
      return node->items.size();
    case value_kind::typed_array:
      return node->byte_length / detail::element_size(node->element);
    case value_kind::array_buffer:
    case value_kind::shared_array_buffer:
      return detail::size_of_buffer(*node);
    case value_kind::string:
      return node->text.length;
    default:
      return 0;
  }
}

value value::element(std::size_t index) const {
  if (is(value_kind::array) || is(value_kind::set)) {
    auto items = value_access::slot(*this).node->items;
    if (index < items.size())
      return part(*this, items[index]);
    // A sparse array keeps its elements among its properties.
    return is(value_kind::array) ? (*this)[std::to_string(index)] : value{};
  }
  if (is(value_kind::typed_array)) {
    auto width = detail::element_size(value_access::slot(*this).node->element);
    auto bytes = as_bytes();
    if (index < bytes.size() / width)
      return typed_element(value_access::slot(*this).node->element, bytes.data() + index * width);
  }
  return {};
}

value value::operator[](std::string_view key) const {
  const auto* node = node_of(*this);
  if (node == nullptr)
    return {};
  if (is(value_kind::error) && key == "name")
    return detail::make_string(detail::to_utf8(node->text));
  const auto* property = find_property(*node, key);
  return property ? part(*this, property->item) : value{};
}

bool value::contains(std::string_view key) const {
  const auto* node = node_of(*this);
  return node != nullptr && find_property(*node, key) != nullptr;
}

std::vector<value::member> value::members() const {
  std::vector<member> result;
  if (const auto* node = node_of(*this)) {
    result.reserve(node->properties.size());
    for (const auto& [key, item] : node->properties)
      result.push_back({detail::to_utf8(key), part(*this, item)});
  }
  return result;
}

std::vector<value::pair> value::pairs() const {
  std::vector<pair> result;
  if (is(value_kind::map)) {
    auto items = value_access::slot(*this).node->items;
    result.reserve(items.size() / 2);
    for (std::size_t i = 0; i + 1 < items.size(); i += 2)
      result.push_back({part(*this, items[i]), part(*this, items[i + 1])});
  }
  return result;
}

std::vector<value> value::elements() const {
  std::vector<value> result;
  if (is(value_kind::array) || is(value_kind::set)) {
    auto items = value_access::slot(*this).node->items;
    result.reserve(items.size());
    for (const auto& item : items)
      result.push_back(part(*this, item));
    if (is(value_kind::array) && value_access::slot(*this).node->length != items.size()
        && size() <= expanded_max) {
      result.resize(size(), hole());
      for (const auto& [key, item] : value_access::slot(*this).node->properties)
        if (auto index = array_index(key); index < result.size())
          result[index] = part(*this, item);
    }
  }
  return result;
}

// -- parts of special kinds ----------------------------------------------------------

element_type value::element() const noexcept {
  return is(value_kind::typed_array) ? value_access::slot(*this).node->element
                                     : element_type::uint8;
}

std::span<const std::byte> value::as_bytes() const noexcept {
  if (is(value_kind::array_buffer))
    return value_access::slot(*this).node->bytes;
  if (is(value_kind::typed_array)
      && value_access::slot(*this).node->items[0].node->resource == nullptr)
    return value_access::slot(*this).node->items[0].node->bytes.subspan(
      value_access::slot(*this).node->offset, value_access::slot(*this).node->byte_length);
  return {};
}

std::optional<buffer> value::take_buffer() const {
  const auto* whole =
    is(value_kind::typed_array) ? &value_access::slot(*this).node->items[0] : &slot_;
  if (whole->kind != value_kind::array_buffer || whole->node->resource == nullptr)
    return std::nullopt;
  return static_cast<detail::transfer_cell*>(whole->node->resource->get())->take();
}

std::size_t value::byte_offset() const noexcept {
  return is(value_kind::typed_array) ? value_access::slot(*this).node->offset : 0;
}

std::vector<std::uint64_t> value::bigint_words() const {
  if (!is(value_kind::bigint))
    return {};
  return {value_access::slot(*this).node->words.begin(),
          value_access::slot(*this).node->words.end()};
}

bool value::bigint_negative() const noexcept {
  return is(value_kind::bigint) && value_access::slot(*this).node->negative;
}

double value::date_milliseconds() const noexcept {
  return is(value_kind::date) ? value_access::slot(*this).node->number
                              : std::numeric_limits<double>::quiet_NaN();
}

std::string value::regexp_source() const {
  return is(value_kind::regexp) ? detail::to_utf8(value_access::slot(*this).node->text)
                                : std::string{};
}

std::string value::regexp_flags() const {
  return is(value_kind::regexp) ? detail::to_utf8(value_access::slot(*this).node->extra)
                                : std::string{};
}

value value::unboxed() const {
  return is(value_kind::boxed) ? part(*this, value_access::slot(*this).node->items[0]) : value{};
}

// -- comparison ---------------------------------------------------------------------

namespace {

bool same_resource(const value_node& a, const value_node& b) {
  return a.resource == b.resource
         || (a.resource != nullptr && b.resource != nullptr && *a.resource == *b.resource);
}

bool same_number(double a, double b) {
  return (std::isnan(a) && std::isnan(b))
         || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// Compares two graphs without recursion. Pairs that were met before are taken
/// as equal, which is what makes cycles end.
class comparison {
public:
  bool equal(const value_slot& a, const value_slot& b) {
    if (!expect(a, b))
      return false;
    while (!open_.empty()) {
      auto [left, right] = open_.back();
      open_.pop_back();
      if (!same_node(left, right))
        return false;
    }
    return true;
  }

private:
  bool expect(const value_slot& a, const value_slot& b) {
    if (a.kind != b.kind)
      return false;
    if (a.kind == value_kind::number)
      return same_number(a.number, b.number);
    if (a.kind == value_kind::boolean)
      return a.boolean == b.boolean;
    if (has_node(a.kind) && a.node != b.node && known_.emplace(a.node, b.node).second)
      open_.emplace_back(a, b);
    return true;
  }

  bool same_node(const value_slot& left, const value_slot& right) {
    const auto& a = *left.node;
    const auto& b = *right.node;
    if (a.length != b.length || a.element != b.element || a.negative != b.negative
        || a.offset != b.offset || a.byte_length != b.byte_length
        || !same_number(a.number, b.number) || !same_resource(a, b) || a.text != b.text
        || a.extra != b.extra || !std::ranges::equal(a.words, b.words)
        || !std::ranges::equal(a.bytes, b.bytes) || a.items.size() != b.items.size()
        || a.properties.size() != b.properties.size())
      return false;
    for (std::size_t i = 0; i < a.items.size(); ++i)
      if (!expect(a.items[i], b.items[i]))
        return false;
    property_index index;
    for (std::size_t i = 0; i < a.properties.size(); ++i) {
      const auto& property = a.properties[i];
      auto place = i; // usually in the same order
      if (b.properties[place].key != property.key)
        place = index.find(b.properties, property.key);
      if (place == b.properties.size() || !expect(property.item, b.properties[place].item))
        return false;
    }
    return true;
  }

  std::vector<std::pair<value_slot, value_slot>> open_;
  std::set<std::pair<const value_node*, const value_node*>> known_;
};

} // namespace

bool value::equal(const value& a, const value& b) {
  return comparison{}.equal(value_access::slot(a), value_access::slot(b));
}

bool value::same_object(const value& other) const noexcept {
  return has_identity(kind()) && kind() == other.kind() && slot_.node == other.slot_.node;
}

void value::throw_wrong_kind(std::string_view wanted) const {
  throw wrong_kind{"expected " + std::string{wanted} + ", got "
                   + std::string{troupe::to_string(kind())} + " " + to_string()};
}

// -- conversions ---------------------------------------------------------------------

namespace detail {

value make_boolean(bool from) noexcept {
  return value_access::make(nullptr, boolean_slot(from));
}

value make_number(double from) noexcept {
  return value_access::make(nullptr, number_slot(from));
}

value make_integer(std::int64_t from) {
  auto number = static_cast<double>(from);
  if (number >= -max_safe_integer && number <= max_safe_integer)
    return make_number(number);
  return value::bigint(from);
}

value make_unsigned(std::uint64_t from) {
  auto number = static_cast<double>(from);
  if (number <= max_safe_integer)
    return make_number(number);
  return value::bigint(false, {from});
}

value make_string(std::string_view utf8) {
  return make_value(value_kind::string, [&](value_graph& graph, value_node& node) {
    node.text = graph.make_text(utf8);
  });
}

value make_string(std::u16string_view utf16) {
  return make_value(value_kind::string, [&](value_graph& graph, value_node& node) {
    node.text = graph.make_text(utf16);
  });
}

std::optional<bool> read_boolean(const value& from) noexcept {
  if (!from.is(value_kind::boolean))
    return std::nullopt;
  return value_access::slot(from).boolean;
}

std::optional<double> read_number(const value& from) noexcept {
  if (!from.is(value_kind::number))
    return std::nullopt;
  return value_access::slot(from).number;
}

std::optional<std::int64_t> read_integer(const value& from) noexcept {
  if (auto number = read_number(from)) {
    if (*number >= -0x1p63 && *number < 0x1p63 && std::trunc(*number) == *number)
      return static_cast<std::int64_t>(*number);
    return std::nullopt;
  }
  if (!from.is(value_kind::bigint))
    return std::nullopt;
  const auto& node = *value_access::slot(from).node;
  auto magnitude = node.words.empty() ? 0 : node.words[0];
  constexpr auto limit = std::uint64_t{1} << 63;
  if (node.words.size() > 1 || magnitude > limit || (magnitude == limit && !node.negative))
    return std::nullopt;
  return static_cast<std::int64_t>(node.negative ? 0 - magnitude : magnitude);
}

std::optional<std::uint64_t> read_unsigned(const value& from) noexcept {
  if (auto number = read_number(from)) {
    if (*number >= 0 && *number < 0x1p64 && std::trunc(*number) == *number)
      return static_cast<std::uint64_t>(*number);
    return std::nullopt;
  }
  if (!from.is(value_kind::bigint))
    return std::nullopt;
  const auto& node = *value_access::slot(from).node;
  if (node.negative || node.words.size() > 1)
    return std::nullopt;
  return node.words.empty() ? 0 : node.words[0];
}

std::optional<std::string> read_utf8(const value& from) {
  if (!from.is(value_kind::string))
    return std::nullopt;
  return to_utf8(value_access::slot(from).node->text);
}

value make_shared_buffer(const shared_buffer& from) {
  if (!buffer_access::store(from)) // moved from
    return make_shared_buffer(shared_buffer{0});
  return make_value(value_kind::shared_array_buffer, [&](value_graph& graph, value_node& node) {
    node.bytes = from.bytes();
    node.resource = graph.keep(buffer_access::store(from));
  });
}

std::optional<shared_buffer> read_shared_buffer(const value& from) {
  const auto* whole = &value_access::slot(from);
  if (whole->kind == value_kind::typed_array)
    whole = &whole->node->items[0];
  if (whole->kind != value_kind::shared_array_buffer)
    return std::nullopt;
  auto bytes = whole->node->bytes;
  return buffer_access::share({const_cast<std::byte*>(bytes.data()), bytes.size()},
                              *whole->node->resource);
}

std::optional<std::vector<std::byte>> read_bytes(const value& from) {
  const auto* whole = &value_access::slot(from);
  if (whole->kind == value_kind::typed_array)
    whole = &whole->node->items[0];
  auto copied = [](std::span<const std::byte> bytes) {
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  };
  std::span<const std::byte> bytes;
  std::optional<std::vector<std::byte>> transferred;
  if (whole->kind == value_kind::array_buffer && whole->node->resource != nullptr) {
    transferred = static_cast<transfer_cell*>(whole->node->resource->get())->copy();
    if (!transferred)
      return std::nullopt; // somebody has taken it
    bytes = *transferred;
  } else if (whole->kind == value_kind::array_buffer
             || whole->kind == value_kind::shared_array_buffer) {
    bytes = whole->node->bytes;
  } else {
    return std::nullopt;
  }
  if (!from.is(value_kind::typed_array))
    return transferred ? std::move(transferred) : copied(bytes);
  const auto& view = *value_access::slot(from).node;
  if (view.offset > bytes.size() || view.byte_length > bytes.size() - view.offset)
    return std::nullopt;
  return copied(bytes.subspan(view.offset, view.byte_length));
}

std::optional<std::u16string> read_utf16(const value& from) {
  if (!from.is(value_kind::string))
    return std::nullopt;
  return to_utf16(value_access::slot(from).node->text);
}

} // namespace detail

} // namespace troupe
