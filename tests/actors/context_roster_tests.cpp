#include "actors/context_roster.hpp"
#include "runtime/engine.hpp"
#include "tests/actors/caf_world.hpp"
#include "tests/support/patience.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace troupe;
using namespace troupe::actors;

namespace {

/// A roster with as many places, and somebody who spawns and somebody who supervises.
class small_world {
public:
  explicit small_world(std::size_t places)
    : roster{std::make_shared<context_roster>(
      context_surroundings{.system = world.system(),
                           .engine = js::engine::start(),
                           .watchdog = caf::actor{watchdog},
                           .watched = std::make_shared<watch_list>(),
                           .hooks = std::make_shared<host_hooks>()},
      capacity{places, {.descriptors_free = 10'000,
                        .memory_maps_free = 100'000,
                        .memory_free_mib = 100'000,
                        .threads_free = 10'000}})} {
  }

  [[nodiscard]] result<void> start(context_id id) {
    return roster->start({.request = id, .context = id, .options = {}, .owner = caf::actor{owner}},
                         caf::actor{supervisor});
  }

  context_down farewell() {
    std::optional<context_down> came;
    supervisor->receive([&](context_down& message) { came = std::move(message); },
                        caf::after(testing::patience) >> [] {});
    REQUIRE(came);
    return *came;
  }

private:
  testing::caf_world world;

public:
  caf::scoped_actor owner{world.system()};
  caf::scoped_actor supervisor{world.system()};
  caf::scoped_actor watchdog{world.system()};
  std::shared_ptr<context_roster> roster;
};

} // namespace

TEST_CASE("a roster that is closed starts no context", "[actors][context_roster][A1]") {
  small_world here{1};
  CHECK(here.roster->close({}).empty());
  auto refused = here.start(1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::runtime_closed);
  CHECK(here.roster->empty());
}

TEST_CASE("a roster has the place of a context again when it has buried it",
          "[actors][context_roster][A9]") {
  small_world here{1};
  for (context_id id = 1; id <= 3; ++id) {
    REQUIRE(here.start(id));
    auto refused = here.start(100 + id);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::capacity_exceeded);
    std::optional<caf::actor> started;
    here.owner->receive([&](spawn_reply& reply) { started = reply.handle; },
                        caf::after(testing::patience) >> [] {});
    REQUIRE(started);
    caf::anon_send(*started, close_request{});
    CHECK(here.roster->bury(here.farewell()) == caf::actor{here.owner});
    CHECK(here.roster->empty());
  }
}

TEST_CASE("a context that is about to start when its roster closes ends",
          "[actors][context_roster][A1]") {
  small_world here{1};
  REQUIRE(here.start(1));
  for (const auto& running : here.roster->close({}))
    caf::anon_send(running, close_request{});
  auto farewell = here.farewell();
  CHECK(farewell.context == 1);
  CHECK(here.roster->bury(farewell) == caf::actor{here.owner});
  CHECK(here.roster->empty());
}

TEST_CASE("a roster does not bury whom it does not know", "[actors][context_roster][A1]") {
  small_world here{1};
  CHECK_FALSE(here.roster->bury({.context = 7, .report = {}, .thread_lost = false}));
}
