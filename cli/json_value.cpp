#include "cli/json_value.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::cli {

namespace {

constexpr std::size_t depth_max = 1000;

/// Decimal digits of a BigInt: divides by 10^9 until nothing is left, in halves of
/// words so that no intermediate result needs more than 64 bits.
std::string decimal(const value& bigint) {
  constexpr std::uint64_t base = 1'000'000'000;
  auto words = bigint.bigint_words();
  std::vector<std::uint64_t> groups;
  while (!words.empty()) {
    std::uint64_t rest = 0;
    for (auto word = words.rbegin(); word != words.rend(); ++word) {
      auto high = (rest << 32) | (*word >> 32);
      auto low = ((high % base) << 32) | (*word & 0xFFFF'FFFF);
      *word = ((high / base) << 32) | (low / base);
      rest = low % base;
    }
    groups.push_back(rest);
    while (!words.empty() && words.back() == 0)
      words.pop_back();
  }
  if (groups.empty())
    return "0";
  auto text = fmt::format("{}{}", bigint.bigint_negative() ? "-" : "", groups.back());
  for (auto group = groups.rbegin() + 1; group != groups.rend(); ++group)
    text += fmt::format("{:09}", *group);
  return text;
}

/// https://tc39.es/ecma262/#sec-date.prototype.toisostring
json iso_date(double milliseconds) {
  if (!std::isfinite(milliseconds))
    return nullptr;
  using namespace std::chrono;
  sys_time<std::chrono::milliseconds> at{
    std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)}};
  auto midnight = floor<days>(at);
  hh_mm_ss time{at - midnight};
  // The calendar repeats every 400 years; std::chrono::year ends at 32767, the
  // dates of scripts at 275760.
  constexpr days cycle{146'097};
  auto cycles = midnight.time_since_epoch() / cycle;
  if (midnight.time_since_epoch() % cycle < days{0})
    --cycles;
  year_month_day date{midnight - cycles * cycle};
  auto year = static_cast<int>(date.year()) + static_cast<int>(cycles) * 400;
  auto text = year >= 0 && year <= 9999
                ? fmt::format("{:04}", year)
                : fmt::format("{}{:06}", year < 0 ? '-' : '+', std::abs(year));
  text +=
    fmt::format("-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                time.seconds().count(), time.subseconds().count());
  return text;
}

json number(double from) {
  if (!std::isfinite(from))
    return nullptr;
  // JSON.stringify(1) is "1", not "1.0", and that of -0 is "0".
  if (std::trunc(from) == from && std::abs(from) < 1e15)
    return static_cast<std::int64_t>(from);
  return from;
}

std::string text(const value& from) {
  return from.try_as<std::string>().value_or(std::string{});
}

class converter {
public:
  result<json> convert(const value& from) {
    auto made = any(from);
    if (problem_.empty())
      return made;
    return error{.code = errc::clone_failed,
                 .message = "the result cannot be shown as JSON: " + problem_};
  }

private:
  json any(const value& from) {
    switch (from.kind()) {
      case value_kind::undefined:
      case value_kind::null:
      case value_kind::hole:
        return nullptr;
      case value_kind::boolean:
        return from.as<bool>();
      case value_kind::number:
        return number(from.as<double>());
      case value_kind::bigint:
        return decimal(from);
      case value_kind::string:
        return text(from);
      case value_kind::date:
        return iso_date(from.date_milliseconds());
      case value_kind::regexp:
        return fmt::format("/{}/{}", from.regexp_source(), from.regexp_flags());
      case value_kind::boxed:
        return any(from.unboxed());
      case value_kind::array_buffer:
        return bytes(from);
      case value_kind::typed_array:
        return from.element() == element_type::data_view ? bytes(from) : elements_of_typed(from);
      case value_kind::array:
      case value_kind::set:
      case value_kind::map:
      case value_kind::object:
      case value_kind::error:
        return nested(from);
      case value_kind::shared_array_buffer:
      case value_kind::wasm_module:
      case value_kind::host_function:
      case value_kind::reference:
        if (problem_.empty())
          problem_ = fmt::format("a {}", to_string(from.kind()));
        return nullptr;
    }
    return nullptr;
  }

  json nested(const value& from) {
    if (!problem_.empty())
      return nullptr;
    for (std::size_t i = 0; i < ancestors_.size(); ++i) {
      if (ancestors_[i].same_object(from)) {
        problem_ = fmt::format("{} is {} again", path(path_.size()), path(i));
        return nullptr;
      }
    }
    if (ancestors_.size() == depth_max) {
      problem_ = fmt::format("it has more than {} levels", depth_max);
      return nullptr;
    }
    ancestors_.push_back(from);
    auto made = container(from);
    ancestors_.pop_back();
    return made;
  }

  json container(const value& from) {
    switch (from.kind()) {
      case value_kind::object:
        return object(from);
      case value_kind::map:
        return entries(from);
      case value_kind::error:
        return error_object(from);
      default:
        return list(from.elements());
    }
  }

  json object(const value& from) {
    auto made = json::object();
    // Not operator[], which looks for the key first, from the beginning.
    auto& members = made.get_ref<json::object_t&>();
    for (const auto& [key, item] : from.members())
      if (!item.is_undefined())
        members.emplace_back(key, at("." + key, item));
    return made;
  }

  json list(const std::vector<value>& items) {
    auto made = json::array();
    for (std::size_t i = 0; i < items.size(); ++i)
      made.push_back(at(fmt::format("[{}]", i), items[i]));
    return made;
  }

  json entries(const value& from) {
    auto made = json::array();
    std::size_t i = 0;
    for (const auto& [key, item] : from.pairs()) {
      auto place = fmt::format("[{}]", i++);
      made.push_back(json::array({at(place + "[0]", key), at(place + "[1]", item)}));
    }
    return made;
  }

  json error_object(const value& from) {
    json made{{"name", text(from["name"])}, {"message", text(from["message"])}};
    if (from.contains("cause"))
      made["cause"] = at(".cause", from["cause"]);
    return made;
  }

  json elements_of_typed(const value& from) {
    auto made = json::array();
    for (std::size_t i = 0; i < from.size(); ++i)
      made.push_back(any(from[i]));
    return made;
  }

  static json bytes(const value& from) {
    auto made = json::array();
    for (auto byte : from.as_bytes())
      made.push_back(std::to_integer<unsigned>(byte));
    return made;
  }

  json at(std::string step, const value& item) {
    path_.push_back(std::move(step));
    auto made = any(item);
    path_.pop_back();
    return made;
  }

  [[nodiscard]] std::string path(std::size_t steps) const {
    std::string joined = "value";
    for (std::size_t i = 0; i < steps; ++i)
      joined += path_[i];
    return joined;
  }

  // One step for each ancestor but the first, and one for the value itself.
  std::vector<value> ancestors_;
  std::vector<std::string> path_;
  std::string problem_;
};

} // namespace

result<json> to_json(const value& from) {
  return converter{}.convert(from);
}

value from_json(const json& from) {
  switch (from.type()) {
    case json::value_t::boolean:
      return from.get<bool>();
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float:
      return from.get<double>();
    case json::value_t::string:
      return from.get_ref<const std::string&>();
    case json::value_t::array: {
      std::vector<value> elements;
      for (const auto& item : from)
        elements.push_back(from_json(item));
      return value::array(std::move(elements));
    }
    case json::value_t::object: {
      std::vector<value::member> members;
      for (const auto& [key, item] : from.items())
        members.push_back({key, from_json(item)});
      return value::object(std::move(members));
    }
    default:
      return nullptr;
  }
}

std::string to_text(const json& from) {
  return from.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace troupe::cli
