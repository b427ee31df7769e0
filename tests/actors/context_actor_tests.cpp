#include "actors/context_actor.hpp"
#include "actors/context_roster.hpp"
#include "runtime/engine.hpp"
#include "tests/actors/caf_world.hpp"
#include "tests/support/patience.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <thread>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// The next message of this type; the test fails when there is none.
template <class Message>
Message next(caf::scoped_actor& receiver) {
  std::optional<Message> came;
  receiver->receive([&](Message& message) { came = std::move(message); },
                    caf::after(testing::patience) >> [] {});
  REQUIRE(came);
  return *std::move(came);
}

} // namespace

TEST_CASE("a context that has ended leaves no deadline with the watchdog",
          "[actors][context_actor][A4]") {
  testing::caf_world world;
  caf::scoped_actor owner{world.system()};
  caf::scoped_actor supervisor{world.system()};
  caf::scoped_actor watchdog{world.system()};
  std::thread thread{[&] {
    context_surroundings around{.system = world.system(),
                                .engine = js::engine::start(),
                                .supervisor = caf::actor{supervisor},
                                .watchdog = caf::actor{watchdog},
                                .watched = std::make_shared<watch_list>(),
                                .hooks = std::make_shared<host_hooks>()};
    around.roster = std::make_shared<context_roster>(around, capacity{1, {}});
    context_actor::main(around, {1, 1, {}, caf::actor{owner}, false});
  }};
  auto ctx = next<spawn_reply>(owner).handle;
  auto source = std::make_shared<const js::script_source>(js::script_source{0, "1", {}});
  caf::anon_send(ctx, run_requests{std::make_shared<run_batch>(
                        std::vector<run_request>{{2, {source}, {.timeout = 1h}}})});
  caf::anon_send(ctx, close_request{true});
  next<context_down>(supervisor);
  thread.join();
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  CHECK(next<deadline_request>(watchdog).at > std::chrono::nanoseconds{now + 30min}.count());
  CHECK(next<deadline_request>(watchdog).at <= std::chrono::nanoseconds{now}.count());
}
