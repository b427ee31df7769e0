// Actors that live on an event loop of ours.

#include "actors/mailbox.hpp"
#include "tests/actors/caf_world.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/seed.hpp"

#include <caf/behavior.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <catch2/catch_test_macros.hpp>

#include <thread>

using namespace troupe;
using namespace troupe::testing;
using actors::idle_request;
using actors::mailbox;

namespace {

using namespace std::chrono_literals;

/// A companion whose mailbox the test looks into.
struct fixture {
  caf_world world;
  js::event_loop loop;
  std::shared_ptr<mailbox> box = std::make_shared<mailbox>(loop.waker());
  caf::actor actor = actors::make_companion(world.system(), box);
  caf::scoped_execution_unit unit{&world.system()};

  ~fixture() {
    end();
  }

  void end(const caf::error& reason = {}) {
    if (actor)
      actors::end_companion(actor, *box, unit, reason);
    actor = {};
  }

  /// The requests that wait.
  std::vector<js::request_id> take() {
    std::vector<caf::mailbox_element_ptr> batch;
    std::vector<js::request_id> requests;
    box->take(batch);
    for (const auto& element : batch)
      requests.push_back(element->content().get_as<idle_request>(0).request);
    return requests;
  }
};

using requests = std::vector<js::request_id>;

/// The error that answers a request. One that is not answered at all ends in a
/// timeout, which is not what is asked for.
caf::error error_of_request(caf::scoped_actor& self, const caf::actor& to) {
  caf::error reason;
  self->request(to, 5s, idle_request{1})
    .receive([] { FAIL("it was answered"); }, [&](const caf::error& why) { reason = why; });
  return reason;
}

} // namespace

TEST_CASE("messages wait in the order they were sent", "[actors][mailbox][A1]") {
  fixture f;
  CHECK(f.take().empty());
  for (js::request_id i = 1; i <= 3; ++i)
    caf::anon_send(f.actor, idle_request{i});
  CHECK(f.take() == requests{1, 2, 3});
  CHECK(f.take().empty());
}

TEST_CASE("an empty mailbox gives nothing", "[actors][mailbox][A1]") {
  fixture f;
  std::vector<caf::mailbox_element_ptr> batch;
  CHECK_FALSE(f.box->take(batch));
  caf::anon_send(f.actor, idle_request{1});
  CHECK(f.box->take(batch));
  CHECK(batch.size() == 1);
}

TEST_CASE("a message from another thread wakes the loop", "[actors][mailbox][A1]") {
  fixture f;
  std::thread sender{[actor = f.actor] { caf::anon_send(actor, idle_request{7}); }};
  requests got;
  auto guard = f.loop.start_timer(60s, {}, [&] { f.loop.stop(); });
  f.loop.run([&] {
    got = f.take();
    if (!got.empty())
      f.loop.stop();
    return false;
  });
  f.loop.cancel_timer(guard);
  sender.join();
  CHECK(got == requests{7});
}

TEST_CASE("no message of many senders is lost", "[actors][mailbox][A1]") {
  fixture f;
  constexpr int each = sanitized ? 500 : 5000;
  std::vector<std::thread> senders;
  for (js::request_id s = 0; s < 4; ++s)
    senders.emplace_back([&, s] {
      for (js::request_id i = 0; i < each; ++i)
        caf::anon_send(f.actor, idle_request{s * 1'000'000 + i});
    });
  std::vector<js::request_id> next(4, 0);
  std::size_t count = 0;
  bool in_order = true;
  auto guard = f.loop.start_timer(60s, {}, [&] { f.loop.stop(); });
  f.loop.run([&] {
    auto got = f.take();
    for (auto request : got) {
      auto sender = static_cast<std::size_t>(request / 1'000'000);
      in_order = in_order && request % 1'000'000 == next[sender]++;
      ++count;
    }
    if (count == 4 * each)
      f.loop.stop();
    return !got.empty();
  });
  f.loop.cancel_timer(guard);
  for (auto& sender : senders)
    sender.join();
  CHECK(count == 4 * each);
  CHECK(in_order); // for each sender
}

TEST_CASE("the behaviour of the actor runs on the thread that activates it",
          "[actors][mailbox][A1]") {
  fixture f;
  requests handled;
  actors::companion_of(f.actor).become(
    [&](const idle_request& request) { handled.push_back(request.request); });
  caf::anon_send(f.actor, idle_request{3});
  std::vector<caf::mailbox_element_ptr> batch;
  REQUIRE(f.box->take(batch));
  CHECK(handled.empty());
  actors::companion_of(f.actor).activate(&f.unit, *batch.front());
  CHECK(handled == requests{3});
}

TEST_CASE("on_send sees each message on the sender's thread", "[actors][mailbox][A6]") {
  caf_world world;
  js::event_loop loop;
  auto box = std::make_shared<mailbox>(loop.waker());
  std::thread::id seen_on;
  js::request_id seen = 0;
  auto actor =
    actors::make_companion(world.system(), box, [&](const caf::mailbox_element& element) {
      seen_on = std::this_thread::get_id();
      seen = element.content().get_as<idle_request>(0).request;
    });
  std::thread sender{[&] { caf::anon_send(actor, idle_request{9}); }};
  auto sender_id = sender.get_id();
  sender.join();
  CHECK(seen_on == sender_id);
  CHECK(seen == 9);
  caf::scoped_execution_unit unit{&world.system()};
  actors::end_companion(actor, *box, unit, {});
}

// -- the end --------------------------------------------------------------------------

TEST_CASE("closing bounces the requests that wait", "[actors][mailbox][A2]") {
  fixture f;
  caf::scoped_actor self{f.world.system()};
  auto pending = self->request(f.actor, 5s, idle_request{1});
  f.box->close(caf::make_error(caf::exit_reason::user_shutdown));
  caf::error reason;
  pending.receive([] { FAIL("it was answered"); }, [&](const caf::error& why) { reason = why; });
  CHECK(reason == caf::sec::request_receiver_down);
}

TEST_CASE("a closed mailbox bounces requests at once", "[actors][mailbox][A2]") {
  fixture f;
  f.box->close(caf::make_error(caf::exit_reason::user_shutdown));
  caf::scoped_actor self{f.world.system()};
  CHECK(error_of_request(self, f.actor) == caf::sec::request_receiver_down);
  CHECK(f.take().empty());
}

TEST_CASE("a request to an actor that has ended is bounced", "[actors][mailbox][A2]") {
  fixture f;
  auto handle = f.actor;
  f.end();
  caf::scoped_actor self{f.world.system()};
  CHECK(error_of_request(self, handle) == caf::sec::request_receiver_down);
}

TEST_CASE("messages without a request are dropped by a closed mailbox", "[actors][mailbox][A2]") {
  fixture f;
  auto source = std::make_shared<const js::script_source>();
  caf::anon_send(f.actor, actors::compile_request{1, {source}});
  CHECK(source.use_count() == 2);
  f.box->close(caf::make_error(caf::exit_reason::user_shutdown));
  CHECK(source.use_count() == 1);
  caf::anon_send(f.actor, actors::compile_request{2, {source}});
  CHECK(source.use_count() == 1);
}

TEST_CASE("closing twice does nothing the second time", "[actors][mailbox][A2]") {
  fixture f;
  f.box->close(caf::make_error(caf::exit_reason::user_shutdown));
  f.box->close(caf::make_error(caf::exit_reason::kill));
  std::vector<caf::mailbox_element_ptr> batch;
  CHECK_FALSE(f.box->take(batch));
}

TEST_CASE("monitors hear of the end and its reason", "[actors][mailbox][A2]") {
  fixture f;
  caf::scoped_actor self{f.world.system()};
  self->monitor(f.actor);
  f.end(caf::make_error(caf::exit_reason::kill));
  caf::error reason;
  self->receive([&](const caf::down_msg& down) { reason = down.reason; });
  CHECK(reason == caf::exit_reason::kill);
}

TEST_CASE("senders that race with the end are answered or bounced, all of them",
          "[actors][mailbox][A2]") {
  for (int round = 0; round < 20; ++round) {
    fixture f;
    actors::companion_of(f.actor).become([](const idle_request&) { return true; });
    std::atomic<int> settled{0};
    std::vector<std::thread> senders;
    for (int i = 0; i < 3; ++i)
      senders.emplace_back([&, handle = f.actor] {
        caf::scoped_actor self{f.world.system()};
        bool lost = false;
        for (int k = 0; k < 20 && !lost; ++k)
          self->request(handle, 5s, idle_request{1})
            .receive([&](bool) { ++settled; },
                     [&](const caf::error& why) {
                       lost = why == caf::sec::request_timeout;
                       settled += lost ? 0 : 1;
                     });
      });
    int handled = 0;
    std::vector<caf::mailbox_element_ptr> batch;
    auto give_up = std::chrono::steady_clock::now() + 60s;
    while (handled < 10 && std::chrono::steady_clock::now() < give_up) {
      if (!f.box->take(batch))
        std::this_thread::yield();
      for (auto& element : batch) {
        actors::companion_of(f.actor).activate(&f.unit, *element);
        ++handled;
      }
      batch.clear();
    }
    f.end();
    for (auto& sender : senders)
      sender.join();
    REQUIRE(settled == 60);
  }
}
