#include "tests/support/random_value.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <set>

namespace troupe::testing {

namespace {

std::vector<std::byte> random_bytes(chance& random, std::size_t count) {
  std::vector<std::byte> bytes(count);
  for (auto& byte : bytes)
    byte = static_cast<std::byte>(random.below(256));
  return bytes;
}

std::string random_key(chance& random) {
  static const std::array<std::string, 12> keys{"a",           "b",    "length", "__proto__",
                                                "constructor", "0",    "17",     "",
                                                "with space",  "ключ", "ü",      "toString"};
  return random.one_in(3) ? "key" + std::to_string(random.below(100)) : random.pick(keys);
}

value random_bigint(chance& random) {
  std::vector<std::uint64_t> words(random.below(4));
  for (auto& word : words)
    word = random.one_in(3) ? 0 : random.bits();
  return value::bigint(random.one_in(2), std::move(words));
}

value random_date(chance& random) {
  if (random.one_in(8))
    return value::date(std::numeric_limits<double>::quiet_NaN());
  // What a Date can hold: whole milliseconds, ±100,000,000 days.
  auto days = static_cast<double>(random.below(200'000'001)) - 1e8;
  auto milliseconds = std::clamp(
    days * 86'400'000.0 + static_cast<double>(random.below(86'400'000)), -8.64e15, 8.64e15);
  return value::date(milliseconds);
}

value random_primitive(chance& random) {
  switch (random.below(7)) {
    case 0:
      return {};
    case 1:
      return nullptr;
    case 2:
      return random.one_in(2);
    case 3:
      return static_cast<std::int64_t>(random.below(1000)) - 500;
    case 4:
      return random_number(random);
    case 5:
      return random_bigint(random);
    default:
      return random_text(random);
  }
}

value random_leaf_object(chance& random, bool errors) {
  static const std::array<const char*, 5> sources{"a+", "[^a]", "(?<y>\\d{4})", "\\/", "ü|😀"};
  static const std::array<const char*, 4> flags{"", "gi", "dgimsuy", "v"};
  static const std::array<const char*, 8> names{"Error",          "TypeError", "RangeError",
                                                "ReferenceError", "EvalError", "URIError",
                                                "SyntaxError",    "MyError"};
  switch (random.below(errors ? 5 : 4)) {
    case 0:
      return random_date(random);
    case 1:
      return value::regexp(random.pick(sources), random.pick(flags));
    case 2:
      return value::array_buffer(random_bytes(random, random.below(20)));
    case 3:
      return value::typed_array(static_cast<element_type>(random.below(13)),
                                random_bytes(random, random.below(40)));
    default:
      return value::make_error("message " + std::to_string(random.below(10)), random.pick(names));
  }
}

} // namespace

double random_number(chance& random) {
  using limits = std::numeric_limits<double>;
  static const std::array special{0.0,
                                  -0.0,
                                  1.0,
                                  -1.0,
                                  0.1,
                                  0x1p31,
                                  0x1p32,
                                  0x1p53,
                                  -0x1p53,
                                  0x1p53 - 1,
                                  0x1p63,
                                  0x1p64,
                                  1e21,
                                  1e-7,
                                  1e-6,
                                  limits::max(),
                                  limits::min(),
                                  limits::denorm_min(),
                                  limits::infinity(),
                                  -limits::infinity(),
                                  limits::quiet_NaN()};
  if (random.one_in(2))
    return random.pick(special);
  auto number = std::bit_cast<double>(random.bits());
  return std::isnan(number) ? limits::quiet_NaN() : number; // V8 has one NaN
}

std::u16string random_text(chance& random) {
  std::u16string text;
  auto length = random.below(20);
  auto widest = random.below(5);
  while (text.size() < length) {
    switch (random.below(widest + 1)) {
      case 0:
        text += static_cast<char16_t>(random.below(0x80));
        break;
      case 1:
        text += static_cast<char16_t>(random.below(0x100));
        break;
      case 2:
        text += static_cast<char16_t>(random.below(0xD800));
        break;
      case 3:
        text += static_cast<char16_t>(0xD800 + random.below(0x400));
        text += static_cast<char16_t>(0xDC00 + random.below(0x400));
        break;
      default:
        text += static_cast<char16_t>(0xD800 + random.below(0x800));
    }
  }
  return text;
}

value random_value(chance& random, int depth, bool errors) {
  if (depth == 0 || random.one_in(4))
    return random.one_in(2) ? random_primitive(random) : random_leaf_object(random, errors);
  std::vector<value> parts;
  auto count = random.below(6);
  while (parts.size() < count) {
    if (!parts.empty() && random.one_in(5))
      parts.push_back(random.pick(parts)); // the same once more
    else
      parts.push_back(random_value(random, depth - 1, errors));
  }
  switch (random.below(4)) {
    case 0:
      for (auto& part : parts)
        if (random.one_in(6))
          part = value::hole();
      return value::array(std::move(parts));
    case 1: {
      std::vector<value::member> members;
      for (auto& part : parts)
        members.push_back({random_key(random), part});
      return value::object(std::move(members));
    }
    case 2: {
      std::vector<value::pair> pairs;
      for (std::size_t i = 0; i < parts.size(); ++i)
        pairs.push_back({static_cast<int>(i), parts[i]});
      return value::map(std::move(pairs));
    }
    default: {
      std::vector<value> distinct;
      for (const auto& part : parts)
        if (std::ranges::find(distinct, part) == distinct.end() && part != value{0}
            && part != value{-0.0})
          distinct.push_back(part);
      return value::set(std::move(distinct));
    }
  }
}

} // namespace troupe::testing
