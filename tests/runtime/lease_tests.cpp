// Objects of scripts that C++ refers to.

#include "runtime/event_loop.hpp"
#include "runtime/lease.hpp"
#include "tests/support/realm.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("leases that were given back make room, also within one turn", "[runtime][lease][A7]") {
  realm realm;
  js::event_loop loop;
  js::lease_table table{loop.waker(), nullptr};
  js::isolate_scope here{realm.owner()};
  auto context = v8::Context::New(here.v8());
  v8::Context::Scope entered{context};
  auto object = v8::Object::New(here.v8());
  for (int i = 0; i < 100'000; ++i)
    static_cast<void>(table.add(here, object));
  CHECK(table.size() < 10'000);

  std::vector<value> kept;
  for (int i = 0; i < 5'000; ++i)
    kept.push_back(table.add(here, object));
  CHECK(table.size() >= 5'000);
  CHECK(table.find(here, *js::lease_of(kept.front())).what == js::lease_table::finding::found);
}
