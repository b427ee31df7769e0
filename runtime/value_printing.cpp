// value::to_string: what a console prints, on one line.

#include "runtime/value_graph.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>

namespace troupe {

namespace {

using detail::has_node;
using detail::to_utf8;
using detail::value_node;
using detail::value_slot;
using detail::value_text;

constexpr std::size_t depth_max = 4;
constexpr std::size_t items_max = 100;

// A value that shares its parts can be as long as it likes: 100 arrays in each of
// 100 arrays… A container that comes after so much text is cut short.
constexpr std::size_t text_max = 100'000;

constexpr std::array<std::string_view, 13> element_names{
  "Int8Array",     "Uint8Array",     "Uint8ClampedArray", "Int16Array",   "Uint16Array",
  "Int32Array",    "Uint32Array",    "Float16Array",      "Float32Array", "Float64Array",
  "BigInt64Array", "BigUint64Array", "DataView"};

__extension__ using double_word = unsigned __int128;

// https://tc39.es/ecma262/#sec-numeric-types-number-tostring
std::string print_number(double number) {
  if (std::isnan(number))
    return "NaN";
  if (std::isinf(number))
    return number < 0 ? "-Infinity" : "Infinity";
  if (number == 0)
    return std::signbit(number) ? "-0" : "0";
  // The shortest digits that read back the same, as d.ddde±xx.
  std::array<char, 32> buffer;
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(number),
                           std::chars_format::scientific)
               .ptr;
  std::string_view text{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
  auto e = text.find('e');
  std::string digits{text[0]};
  if (e > 2)
    digits += text.substr(2, e - 2);
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, exponent);
  std::string sign = number < 0 ? "-" : "";
  auto count = static_cast<int>(digits.size());
  auto point = exponent + 1; // digits before the decimal point
  if (point > 21 || point <= -6)
    return fmt::format("{}{}{}{}e{:+}", sign, digits[0], count > 1 ? "." : "", digits.substr(1),
                       exponent);
  if (point <= 0)
    return fmt::format("{}0.{}{}", sign, std::string(static_cast<std::size_t>(-point), '0'),
                       digits);
  if (count <= point)
    return sign + digits + std::string(static_cast<std::size_t>(point - count), '0');
  return sign + digits.insert(static_cast<std::size_t>(point), ".");
}

std::string quote(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    switch (c) {
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\'':
        out += "\\'";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
        else
          out += c;
    }
  }
  return out + "'";
}

std::string print_key(const std::string& key) {
  auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'
           || static_cast<unsigned char>(c) >= 0x80;
  };
  bool identifier = !key.empty() && std::ranges::all_of(key, plain)
                    && !std::isdigit(static_cast<unsigned char>(key[0]));
  bool index =
    !key.empty() && std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; });
  return identifier || index ? key : quote(key);
}

std::string print_bigint(const value_node& node) {
  // Repeated division by 10^19, the largest power of ten in a word.
  constexpr std::uint64_t base = 10'000'000'000'000'000'000u;
  std::vector<std::uint64_t> words(node.words.begin(), node.words.end());
  if (words.size() > 256)
    return fmt::format("[BigInt of {} bits]", words.size() * 64);
  std::string digits;
  while (!words.empty()) {
    double_word remainder = 0;
    for (auto i = words.size(); i-- > 0;) {
      auto dividend = (remainder << 64) | words[i];
      words[i] = static_cast<std::uint64_t>(dividend / base);
      remainder = dividend % base;
    }
    while (!words.empty() && words.back() == 0)
      words.pop_back();
    auto part = static_cast<std::uint64_t>(remainder);
    digits = (words.empty() ? fmt::format("{}", part) : fmt::format("{:019}", part)) + digits;
  }
  return fmt::format("{}{}n", node.negative ? "-" : "", digits.empty() ? "0" : digits);
}

// https://tc39.es/ecma262/#sec-date.prototype.toisostring, for the whole range of
// a Date, which is beyond that of std::chrono::year.
std::string print_date(double milliseconds) {
  if (!(std::fabs(milliseconds) <= 8.64e15))
    return "Invalid Date";
  constexpr std::int64_t day_length = 86'400'000;
  auto whole = static_cast<std::int64_t>(milliseconds);
  auto day = whole / day_length - (whole % day_length < 0 ? 1 : 0);
  auto time = whole - day * day_length;
  // The calendar repeats every 400 years: look the day up in years 2000 to 2399.
  constexpr std::int64_t cycle_length = 146'097;
  constexpr std::int64_t first_of_2000 = 10'957;
  auto cycle = (day - first_of_2000) / cycle_length;
  if (day - first_of_2000 < cycle * cycle_length)
    --cycle;
  using namespace std::chrono;
  year_month_day date{sys_days{days{day - cycle * cycle_length}}};
  auto year = static_cast<int>(date.year()) + 400 * cycle;
  auto year_text =
    year >= 0 && year <= 9999 ? fmt::format("{:04}", year) : fmt::format("{:+07}", year);
  return fmt::format("{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", year_text,
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time / 3'600'000, time / 60'000 % 60, time / 1000 % 60, time % 1000);
}

class printer {
public:
  std::string print(const value_slot& slot) {
    if (has_node(slot.kind) && !is_leaf(slot.kind))
      return print_object(slot);
    auto text = print_leaf(slot);
    printed_ += text.size();
    return text;
  }

private:
  static bool is_leaf(value_kind kind) {
    return kind == value_kind::string || kind == value_kind::bigint || kind == value_kind::date
           || kind == value_kind::regexp;
  }

  static std::string print_leaf(const value_slot& slot) {
    switch (slot.kind) {
      case value_kind::undefined:
        return "undefined";
      case value_kind::null:
        return "null";
      case value_kind::hole:
        return "<empty>";
      case value_kind::boolean:
        return slot.boolean ? "true" : "false";
      case value_kind::number:
        return print_number(slot.number);
      case value_kind::string:
        return quote(to_utf8(slot.node->text));
      case value_kind::bigint:
        return print_bigint(*slot.node);
      case value_kind::date:
        return print_date(slot.node->number);
      default:
        return "/" + to_utf8(slot.node->text) + "/" + to_utf8(slot.node->extra);
    }
  }

  std::string print_object(const value_slot& slot) {
    if (std::ranges::find(open_, slot.node) != open_.end())
      return "[Circular]";
    if (open_.size() >= depth_max)
      return slot.kind == value_kind::array ? "[Array]" : "[Object]";
    open_.push_back(slot.node);
    auto text = print_parts(slot.kind, *slot.node);
    open_.pop_back();
    printed_ += 4; // brackets and commas
    return text;
  }

  std::string print_parts(value_kind kind, const value_node& node) {
    switch (kind) {
      case value_kind::array:
        return print_array(node);
      case value_kind::object:
        return enclose('{', print_properties(node), '}');
      case value_kind::map:
        return fmt::format("Map({}) {}", node.items.size() / 2,
                           enclose('{', print_entries(node), '}'));
      case value_kind::set:
        return fmt::format("Set({}) {}", node.items.size(), enclose('{', print_items(node), '}'));
      case value_kind::error:
        return print_error(node);
      case value_kind::array_buffer:
        return fmt::format("ArrayBuffer {{ byteLength: {} }}", detail::size_of_buffer(node));
      case value_kind::shared_array_buffer:
        return fmt::format("SharedArrayBuffer {{ byteLength: {} }}", node.bytes.size());
      case value_kind::host_function:
        return "[Function (host)]";
      case value_kind::reference:
        return "[Reference]";
      case value_kind::wasm_module:
        return "Module [WebAssembly] {}";
      case value_kind::typed_array:
        return fmt::format("{}({})", element_names[static_cast<std::size_t>(node.element)],
                           node.byte_length / detail::element_size(node.element));
      default:
        return "[" + print(node.items[0]) + "]";
    }
  }

  std::string print_array(const value_node& node) {
    auto parts = print_items(node);
    // A sparse array keeps its elements among its properties.
    if (node.length > node.items.size() && parts.size() < items_max) {
      auto kept = std::ranges::count_if(node.properties, [](auto& p) { return is_index(p.key); });
      parts.push_back(fmt::format("<{} empty items>", node.length - node.items.size()
                                                        - static_cast<std::size_t>(kept)));
    }
    std::ranges::move(print_properties(node), std::back_inserter(parts));
    return enclose('[', parts, ']');
  }

  static bool is_index(const value_text& key) {
    for (std::uint32_t i = 0; i < key.length; ++i)
      if (key.at(i) < u'0' || key.at(i) > u'9')
        return false;
    return key.length != 0 && (key.length == 1 || key.at(0) != u'0');
  }

  std::string print_error(const value_node& node) {
    for (const auto& [key, item] : node.properties)
      if (to_utf8(key) == "stack" && item.kind == value_kind::string)
        return to_utf8(item.node->text);
    for (const auto& [key, item] : node.properties)
      if (to_utf8(key) == "message" && item.kind == value_kind::string)
        return to_utf8(node.text) + ": " + to_utf8(item.node->text);
    return to_utf8(node.text);
  }

  std::vector<std::string> print_items(const value_node& node) {
    return print_each(node.items.size(), [&](std::size_t i) { return print(node.items[i]); });
  }

  std::vector<std::string> print_entries(const value_node& node) {
    return print_each(node.items.size() / 2, [&](std::size_t i) {
      return print(node.items[2 * i]) + " => " + print(node.items[2 * i + 1]);
    });
  }

  std::vector<std::string> print_properties(const value_node& node) {
    return print_each(node.properties.size(), [&](std::size_t i) {
      const auto& [key, item] = node.properties[i];
      auto name = print_key(to_utf8(key));
      printed_ += name.size();
      return name + ": " + print(item);
    });
  }

  template <class Print>
  std::vector<std::string> print_each(std::size_t count, Print&& print_one) {
    std::vector<std::string> parts;
    while (parts.size() < std::min(count, items_max) && printed_ < text_max)
      parts.push_back(print_one(parts.size()));
    if (auto rest = count - parts.size(); rest != 0)
      parts.push_back(fmt::format("... {} more", rest));
    return parts;
  }

  static std::string enclose(char left, const std::vector<std::string>& parts, char right) {
    return parts.empty() ? fmt::format("{}{}", left, right)
                         : fmt::format("{} {} {}", left, fmt::join(parts, ", "), right);
  }

  std::vector<const value_node*> open_;
  std::size_t printed_ = 0; // characters so far, about
};

} // namespace

std::string value::to_string() const {
  return printer{}.print(detail::value_access::slot(*this));
}

} // namespace troupe
