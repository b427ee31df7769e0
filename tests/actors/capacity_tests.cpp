#include "actors/capacity.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace troupe;
using actors::capacity;
using actors::process_resources;

namespace {

constexpr process_resources plenty{.descriptors_free = 1'000'000,
                                   .memory_maps_free = 1'000'000,
                                   .memory_free_mib = 1'000'000,
                                   .threads_free = 1'000'000};

/// What the refusal says after the last place is taken.
std::string bound_of(capacity places) {
  while (places.take())
    ;
  return places.take().error().message;
}

} // namespace

TEST_CASE("as many contexts as wished, and no more", "[actors][capacity][A10]") {
  capacity places{3, plenty};
  CHECK(places.most() == 3);
  for (int i = 0; i < 3; ++i)
    CHECK(places.take());
  CHECK(places.used() == 3);
  auto refused = places.take();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::capacity_exceeded);
  CHECK(refused.error().message
        == "3 contexts are alive, and no more are allowed by runtime_options::max_contexts");
  CHECK(places.used() == 3);
}

TEST_CASE("a place that is given back can be taken again", "[actors][capacity][A10]") {
  capacity places{1, plenty};
  CHECK(places.take());
  CHECK_FALSE(places.take());
  places.give_back();
  CHECK(places.used() == 0);
  CHECK(places.take());
}

TEST_CASE("V8's own table is the bound when all else is plenty", "[actors][capacity][A10]") {
  capacity places{0, plenty};
  CHECK(places.most() >= 1000);
  CHECK(places.most() < 4065); // where V8 ends the process
  CHECK(bound_of(places).find("V8's table of isolates") != std::string::npos);
}

TEST_CASE("a wish beyond what is possible is cut to that", "[actors][capacity][A10]") {
  capacity places{1'000'000, plenty};
  CHECK(places.most() < 4065);
  CHECK(bound_of(places).find("V8's table of isolates") != std::string::npos);
}

TEST_CASE("the resource that runs out first is named", "[actors][capacity][A10]") {
  auto descriptors = plenty;
  descriptors.descriptors_free = 100;
  CHECK(capacity{0, descriptors}.most() == 50);
  CHECK(bound_of({0, descriptors}).find("open descriptors (ulimit -n)") != std::string::npos);

  auto maps = plenty;
  maps.memory_maps_free = 1400;
  CHECK(capacity{0, maps}.most() == 100);
  CHECK(bound_of({0, maps}).find("memory maps (vm.max_map_count)") != std::string::npos);

  auto memory = plenty;
  memory.memory_free_mib = 100;
  CHECK(capacity{0, memory}.most() == 50);
  CHECK(bound_of({0, memory}).find("available memory") != std::string::npos);

  auto threads = plenty;
  threads.threads_free = 7;
  CHECK(capacity{0, threads}.most() == 7);
  CHECK(bound_of({0, threads}).find("by threads") != std::string::npos);
}

TEST_CASE("a wish below all bounds is the bound that is named", "[actors][capacity][A10]") {
  auto few = plenty;
  few.threads_free = 7;
  CHECK(capacity{5, few}.most() == 5);
  CHECK(bound_of({5, few}).find("max_contexts") != std::string::npos);
}

TEST_CASE("a process without resources has no place at all", "[actors][capacity][A10]") {
  capacity places{0, {}};
  CHECK(places.most() == 0);
  auto refused = places.take();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::capacity_exceeded);
}

TEST_CASE("this process has room for some contexts", "[actors][capacity][A10]") {
  auto resources = actors::measure_resources();
  CHECK(resources.descriptors_free > 0);
  CHECK(resources.memory_maps_free > 0);
  CHECK(resources.memory_free_mib > 0);
  CHECK(resources.threads_free > 0);
  CHECK(capacity{0, resources}.most() > 0);
}
