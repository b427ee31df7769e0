// What WebAssembly takes of the tables that all isolates of a process have in common.

#include "runtime/wasm_budget.hpp"

#include <catch2/catch_test_macros.hpp>

#include <initializer_list>
#include <random>
#include <vector>

using namespace troupe;
using js::read_wasm_needs;
using js::wasm_budget;
using js::wasm_tables;

namespace {

using bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t i32 = 0x7f;
constexpr std::uint8_t i64 = 0x7e;
constexpr std::uint8_t f32 = 0x7d;
constexpr std::uint8_t reference = 0x64;

bytes number(std::uint32_t value) {
  bytes made;
  do {
    auto low = static_cast<std::uint8_t>(value & 0x7f);
    value >>= 7;
    made.push_back(value != 0 ? low | 0x80 : low);
  } while (value != 0);
  return made;
}

bytes join(std::initializer_list<bytes> parts) {
  bytes made;
  for (const auto& each : parts)
    made.insert(made.end(), each.begin(), each.end());
  return made;
}

bytes section(std::uint8_t id, const bytes& content) {
  return join({{id}, number(static_cast<std::uint32_t>(content.size())), content});
}

bytes types(std::initializer_list<bytes> groups) {
  auto content = number(static_cast<std::uint32_t>(groups.size()));
  for (const auto& each : groups)
    content.insert(content.end(), each.begin(), each.end());
  return section(1, content);
}

bytes function(const bytes& parameters) {
  return join({{0x60}, number(static_cast<std::uint32_t>(parameters.size())), parameters, {0}});
}

bytes module_of(std::initializer_list<bytes> sections) {
  bytes made{0, 'a', 's', 'm', 1, 0, 0, 0};
  for (const auto& each : sections)
    made.insert(made.end(), each.begin(), each.end());
  return made;
}

js::wasm_needs needs_of(const bytes& module) {
  return read_wasm_needs(std::as_bytes(std::span{module}));
}

bool admits_functions(wasm_budget& budget, const bytes& module, wasm_budget::charge& to) {
  return budget.admit_functions(std::as_bytes(std::span{module}), needs_of(module), true, to);
}

/// A module with that many functions; `which` makes it another one.
bytes with_functions(std::uint32_t count, std::uint8_t which = 0) {
  bytes declared = number(count);
  declared.resize(declared.size() + count);
  return module_of({types({function({})}), section(3, declared), section(0, {1, 'x', which})});
}

} // namespace

// -- what a module needs ----------------------------------------------------------------------

TEST_CASE("every type of a module is counted", "[runtime][wasm]") {
  auto needs = needs_of(module_of({types({function({i32}),
                                          function({i64, f32}),
                                          {0x5f, 1, i32, 0},                // a struct
                                          {0x5e, 0x78, 1},                  // an array of bytes
                                          {0x50, 0, 0x5f, 0},               // one to derive from
                                          {0x4e, 2, 0x5f, 0, 0x5f, 0}})})); // two in a group
  CHECK(needs.types == 7);
  CHECK(needs.groups.size() == 6);
}

TEST_CASE("types that are alike are one, in whichever module", "[runtime][wasm]") {
  auto one = needs_of(module_of({types({function({i32}), function({i64})})}));
  auto other = needs_of(module_of({types({function({f32}), function({i32})})}));
  CHECK(one.groups[0].key == other.groups[1].key);
  CHECK(one.groups[1].key != other.groups[0].key);
}

TEST_CASE("types that refer to others are alike where those are", "[runtime][wasm]") {
  bytes refers{0x60, 1, reference, 0, 0};
  auto one = needs_of(module_of({types({function({i32}), refers})}));
  auto same = needs_of(module_of({types({function({i32}), refers})}));
  auto other = needs_of(module_of({types({function({i64}), refers})}));
  CHECK(one.groups[1].key == same.groups[1].key);
  CHECK(one.groups[1].key != other.groups[1].key);
  // Of a supertype, too.
  bytes derived{0x50, 1, 0, 0x60, 0, 0};
  auto below_one = needs_of(module_of({types({{0x50, 0, 0x60, 0, 0}, derived})}));
  auto below_other = needs_of(module_of({types({{0x50, 0, 0x60, 1, i32, 0}, derived})}));
  CHECK(below_one.groups[1].key != below_other.groups[1].key);
}

TEST_CASE("references to abstract types refer to no other type", "[runtime][wasm]") {
  bytes takes_any{0x60, 1, reference, 0x6e, 0};
  auto one = needs_of(module_of({types({function({i32}), takes_any})}));
  auto other = needs_of(module_of({types({function({i64}), takes_any})}));
  CHECK(one.groups[1].key == other.groups[1].key);
}

TEST_CASE("declared and imported functions are counted", "[runtime][wasm]") {
  auto needs = needs_of(module_of({types({function({})}), section(2, {1, 1, 'm', 1, 'f', 0, 0}),
                                   section(3, {2, 0, 0}), section(10, {2, 2, 0, 11, 2, 0, 11})}));
  CHECK(needs.functions == 3);
}

TEST_CASE("what is not understood of types counts as the most that it can be",
          "[runtime][wasm]") {
  bytes unknown(101, 0x01);
  auto needs = needs_of(module_of({types({function({i32}), unknown})}));
  CHECK(needs.types >= 1 + unknown.size() / 2);
}

TEST_CASE("any bytes are read to their end, in time", "[runtime][wasm]") {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    std::mt19937 random{seed};
    bytes any = module_of({types({function({i32}), {0x4e, 2, 0x5f, 1, reference, 0, 0, 0x5f, 0}}),
                           section(3, {1, 0})});
    for (int i = 0; i < 4; ++i)
      any[8 + random() % (any.size() - 8)] = static_cast<std::uint8_t>(random());
    any.resize(random() % (any.size() + 1));
    CAPTURE(seed);
    auto needs = needs_of(any);
    CHECK(needs.types <= any.size());
    CHECK(needs.functions <= any.size());
  }
}

TEST_CASE("lists that claim to be endless end with their module", "[runtime][wasm]") {
  constexpr std::uint8_t most = 0xff;
  bytes endless{most, most, most, most, 0x0f};
  CHECK(needs_of(module_of({section(1, endless)})).types == 0);
  CHECK(needs_of(module_of({section(3, endless)})).functions <= endless.size());
  CHECK(needs_of(module_of({section(1, join({{1, 0x4e}, endless}))})).types < 10);
}

// -- what there is room for -------------------------------------------------------------------

TEST_CASE("types are counted once for the process, however often they come", "[runtime][wasm]") {
  auto tables = std::make_shared<wasm_tables>(js::wasm_bounds{.types = 3, .types_of_one = 3});
  wasm_budget one{tables};
  wasm_budget other{tables};
  auto two = needs_of(module_of({types({function({i32}), function({i64})})}));
  for (int i = 0; i < 10; ++i) {
    CHECK(one.admit_types(two));
    CHECK(other.admit_types(two));
  }
  CHECK_FALSE(
    other.admit_types(needs_of(module_of({types({function({f32}), function({f32, f32})})}))));
  CHECK(other.admit_types(needs_of(module_of({types({function({f32})})}))));
}

TEST_CASE("one isolate cannot take all types of the process", "[runtime][wasm]") {
  auto tables = std::make_shared<wasm_tables>(js::wasm_bounds{.types = 100, .types_of_one = 1});
  wasm_budget one{tables};
  CHECK(one.admit_tag("i32"));
  CHECK(one.admit_tag("i32"));
  CHECK_FALSE(one.admit_tag("i64"));
  wasm_budget other{tables};
  CHECK(other.admit_tag("i64"));
}

TEST_CASE("functions are given back when their module ends", "[runtime][wasm]") {
  auto tables =
    std::make_shared<wasm_tables>(js::wasm_bounds{.functions = 100, .functions_of_one = 100});
  wasm_budget budget{tables};
  for (std::uint8_t i = 0; i < 10; ++i) {
    wasm_budget::charge held;
    wasm_budget::charge refused;
    CHECK(admits_functions(budget, with_functions(60, i), held));
    CHECK_FALSE(admits_functions(budget, with_functions(60, 99), refused));
  }
}

TEST_CASE("isolates that have the same module share its functions", "[runtime][wasm]") {
  auto tables =
    std::make_shared<wasm_tables>(js::wasm_bounds{.functions = 100, .functions_of_one = 80});
  auto module = with_functions(60);
  wasm_budget::charge first;
  wasm_budget::charge again;
  wasm_budget one{tables};
  wasm_budget other{tables};
  {
    wasm_budget::charge shared;
    CHECK(admits_functions(one, module, first));
    CHECK(admits_functions(one, module, again));
    CHECK(admits_functions(other, module, shared));
    first = {};
    again = {};
    wasm_budget::charge refused;
    CHECK_FALSE(admits_functions(one, with_functions(60, 1), refused)); // the other has it
  }
  CHECK(admits_functions(one, with_functions(60, 1), first));
}

TEST_CASE("one isolate cannot have all functions of the process", "[runtime][wasm]") {
  auto tables =
    std::make_shared<wasm_tables>(js::wasm_bounds{.functions = 100, .functions_of_one = 50});
  wasm_budget one{tables};
  wasm_budget::charge held;
  CHECK_FALSE(admits_functions(one, with_functions(60), held));
  CHECK(admits_functions(one, with_functions(50), held));
}

TEST_CASE("what is held may outlive the budget", "[runtime][wasm]") {
  auto tables =
    std::make_shared<wasm_tables>(js::wasm_bounds{.functions = 60, .functions_of_one = 60});
  wasm_budget::charge held;
  CHECK(admits_functions(*std::make_unique<wasm_budget>(tables), with_functions(60), held));
  wasm_budget other{tables};
  wasm_budget::charge next;
  CHECK_FALSE(admits_functions(other, with_functions(60, 1), next));
  held = {};
  CHECK(admits_functions(other, with_functions(60, 1), next));
}
