// Every message can go to another process and come back.

#include "actors/messages.hpp"
#include "tests/actors/caf_world.hpp"
#include "tests/support/printing.hpp"
#include "tests/support/random_value.hpp"

#include <caf/actor_companion.hpp>
#include <caf/behavior.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message.hpp>
#include <caf/send.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::testing;

namespace {

using namespace std::chrono_literals;

template <class T>
caf::byte_buffer save(caf::actor_system& system, T& message) {
  caf::byte_buffer bytes;
  caf::binary_serializer sink{system, bytes};
  if (!sink.apply(message))
    FAIL("it was not saved: " << caf::to_string(sink.get_error()));
  return bytes;
}

/// @returns whether it was loaded, to the last byte.
template <class T>
bool load(caf::actor_system& system, const caf::byte_buffer& bytes, T& message) {
  caf::binary_deserializer source{system, bytes};
  return source.apply(message) && source.remaining() == 0;
}

template <class T>
T round_trip(caf::actor_system& system, T message) {
  auto bytes = save(system, message);
  T copy;
  if (!load(system, bytes, copy))
    FAIL("it was not loaded");
  if (save(system, copy) != bytes)
    FAIL("the copy has other bytes");
  return copy;
}

const error full_error{
  .code = errc::uncaught_exception,
  .message = "TypeError: no",
  .stack = "a.js:1\nx\n^\n\nTypeError: no",
  .position =
    source_position{.filename = "a.js", .line = 7, .column = 3, .width = 2, .source_line = "x"},
  .thrown = value::make_error("no", "TypeError")};

script_ref some_script() {
  return {std::make_shared<const js::script_source>(
    js::script_source{.id = 5,
                      .code = std::string{"1 + '\0ä'", 9},
                      .options = {.filename = "s.js",
                                  .line_offset = -3,
                                  .column_offset = 4,
                                  .display_errors = false,
                                  .cached_data = {std::byte{1}, std::byte{0xff}}}})};
}

run_options some_options() {
  return {.timeout = 1234ms,
          .timeout_covers = timeout_scope::evaluation,
          .break_on_sigint = true,
          .take = take_as::nothing};
}

context_options some_context() {
  return {.name = "tenant ä",
          .origin = "https://ä.example",
          .globals = {{"x", 2}, {"list", value::array({1, value::hole(), nullptr})}},
          .heap_limit_mib = 17,
          .array_buffer_limit_mib = 18,
          .stack_kib = 19,
          .turn_timeout = 20ms,
          .pending_host_calls_max = 21,
          .console = true,
          .timers = true,
          .builtins = {builtin::require},
          .code_generation = {.strings = false, .wasm = false},
          .microtasks = microtask_mode::after_evaluate};
}

/// Calls `each` with one filled-in message of every type.
template <class Each>
void with_every_message(Each&& each) {
  each(spawn_request{1, 2, some_context(), {}});
  each(shutdown_request{true});
  each(run_request{3, some_script(), some_options()});
  each(run_requests{std::make_shared<run_batch>(std::vector{
    run_request{4, some_script(), some_options()}, run_request{5, some_script(), {}}})});
  each(compile_request{6, some_script()});
  each(property_request{7, property_operation::set, "key", value::object({{"a", 1}})});
  each(compile_function_request{
    22, {"return a", {"a", "b"}, {value::object({{"x", 1}})}, {.filename = "f.js"}}});
  each(function_cache_request{25, "function"});
  each(call_request{23, {"callee", "this", {1, "two"}}, some_options()});
  each(copy_request{24, "object", some_options()});
  each(idle_request{8});
  each(cancel_request{9});
  each(close_request{true});
  each(abandon_request{10});
  each(deadline_request{11, -12});
  each(reply{13, 14, value{"answer"}});
  each(reply{15, 16, full_error});
  each(spawn_reply{17, 18, {}, {full_error}});
  each(code_cache_request{22, some_script()});
  each(memory_request{23, {memory_mode::detailed, memory_execution::eager}});
  each(reset_request{24});
  each(context_down{19, {"name", errc::heap_limit_exceeded, "too much", 20, 21}, true});
}

} // namespace

// -- there and back -------------------------------------------------------------------

TEST_CASE("every message survives a round trip", "[actors][messages][A12]") {
  caf_world world;
  int count = 0;
  with_every_message([&](auto message) {
    [[maybe_unused]] auto copy = round_trip(world.system(), std::move(message));
    ++count;
  });
  CHECK(count == 22);
}

TEST_CASE("every message survives inside a caf::message", "[actors][messages][A12]") {
  caf_world world;
  with_every_message([&](auto original) {
    using type = decltype(original);
    auto message = caf::make_message(std::move(original));
    auto bytes = save(world.system(), message);
    caf::message copy;
    REQUIRE(load(world.system(), bytes, copy));
    CHECK(copy.match_elements<type>());
  });
}

TEST_CASE("every message can be printed for a log", "[actors][messages][A13]") {
  caf_world world;
  with_every_message([&](auto message) { CHECK(caf::deep_to_string(message).size() > 2); });
}

TEST_CASE("default messages survive a round trip", "[actors][messages][A12]") {
  caf_world world;
  with_every_message([&](auto filled) {
    using type = decltype(filled);
    auto copy = round_trip(world.system(), type{});
    (void)copy;
  });
  SUCCEED();
}

TEST_CASE("a spawn request keeps every option", "[actors][messages][A12]") {
  caf_world world;
  auto copy = round_trip(world.system(), spawn_request{1, 2, some_context(), {}});
  CHECK(copy.request == 1);
  CHECK(copy.context == 2);
  auto options = some_context();
  CHECK(copy.options.name == options.name);
  REQUIRE(copy.options.globals.size() == 2);
  CHECK(copy.options.globals[1].key == "list");
  CHECK(copy.options.globals[1].item == options.globals[1].item);
  CHECK(copy.options.heap_limit_mib == 17);
  CHECK(copy.options.array_buffer_limit_mib == 18);
  CHECK(copy.options.stack_kib == 19);
  CHECK(copy.options.turn_timeout == 20ms);
  CHECK(copy.options.pending_host_calls_max == 21);
  CHECK(copy.options.console);
  CHECK(copy.options.timers);
  CHECK(copy.options.origin == "https://ä.example");
  CHECK_FALSE(copy.options.code_generation.strings);
  CHECK_FALSE(copy.options.code_generation.wasm);
  CHECK(copy.options.microtasks == microtask_mode::after_evaluate);
}

TEST_CASE("a request to measure memory keeps what is asked", "[actors][messages][O1][A12]") {
  caf_world world;
  auto copy = round_trip(world.system(),
                         memory_request{1, {memory_mode::detailed, memory_execution::eager}});
  CHECK(copy.options.mode == memory_mode::detailed);
  CHECK(copy.options.execution == memory_execution::eager);
}

TEST_CASE("a run request keeps script and options", "[actors][messages][A12]") {
  caf_world world;
  auto copy = round_trip(world.system(), run_request{3, some_script(), some_options()});
  auto original = some_script();
  REQUIRE(copy.script.source);
  CHECK(copy.script.source->code == original.source->code);
  CHECK(copy.script.source->options.filename == "s.js");
  CHECK(copy.script.source->options.line_offset == -3);
  CHECK(copy.script.source->options.column_offset == 4);
  CHECK_FALSE(copy.script.source->options.display_errors);
  CHECK(copy.script.source->options.cached_data == original.source->options.cached_data);
  CHECK(copy.script.source->cache);
  CHECK(copy.options.timeout == 1234ms);
  CHECK(copy.options.timeout_covers == timeout_scope::evaluation);
  CHECK(copy.options.break_on_sigint);
  CHECK(copy.options.take == take_as::nothing);
}

TEST_CASE("a script from elsewhere is not taken for one that is already compiled",
          "[actors][messages][A12]") {
  caf_world world;
  auto copy = round_trip(world.system(), compile_request{3, some_script()});
  CHECK(copy.script.source->id == 0); // ids belong to one process
}

TEST_CASE("a batch of runs keeps all of them in order, for the sender too",
          "[actors][messages][A12]") {
  caf_world world;
  run_requests original{std::make_shared<run_batch>(std::vector{
    run_request{4, some_script(), {}}, run_request{5, some_script(), some_options()}})};
  auto batch = original.batch;
  auto copy = round_trip(world.system(), original);
  CHECK(original.batch == batch);
  for (auto* each : {&copy, &original}) {
    auto opened = each->batch->open();
    REQUIRE(opened.size() == 2);
    CHECK(opened[0].request == 4);
    CHECK(opened[1].options.timeout == 1234ms);
  }
}

TEST_CASE("nothing is added to a batch that has gone to another process",
          "[actors][messages][A12]") {
  caf_world world;
  run_requests original{
    std::make_shared<run_batch>(std::vector{run_request{4, some_script(), {}}})};
  auto copy = round_trip(world.system(), original);
  run_request late{5, some_script(), {}};
  CHECK_FALSE(original.batch->add(late));
  CHECK(late.request == 5);
}

TEST_CASE("a reply keeps a value of any kind", "[actors][messages][A8][A12]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  caf_world world;
  for (int round = 0; round < 200; ++round) {
    auto original = random_value(random, 4);
    auto copy = round_trip(world.system(), reply{1, 2, original});
    if (!copy.outcome || *copy.outcome != original)
      FAIL("round " << round << ": " << original.to_string());
  }
}

TEST_CASE("a reply keeps an error with all its parts", "[actors][messages][A12]") {
  caf_world world;
  auto copy = round_trip(world.system(), reply{1, 2, full_error});
  REQUIRE_FALSE(copy.outcome);
  const auto& failed = copy.outcome.error();
  CHECK(failed.code == full_error.code);
  CHECK(failed.message == full_error.message);
  CHECK(failed.stack == full_error.stack);
  REQUIRE(failed.position);
  CHECK(failed.position->filename == "a.js");
  CHECK(failed.position->line == 7);
  CHECK(failed.position->column == 3);
  CHECK(failed.position->width == 2);
  CHECK(failed.position->source_line == "x");
  CHECK(failed.thrown == full_error.thrown);
}

TEST_CASE("every error code survives", "[actors][messages][A12]") {
  caf_world world;
  for (int code = 1; code <= static_cast<int>(detail::last_errc); ++code) {
    auto copy = round_trip(world.system(),
                           reply{1, 2, error{.code = static_cast<errc>(code), .message = "m"}});
    CHECK(copy.outcome.error().code == static_cast<errc>(code));
    CHECK_FALSE(copy.outcome.error().position);
  }
}

TEST_CASE("every global operation survives", "[actors][messages][A12]") {
  caf_world world;
  for (auto operation :
       {property_operation::get, property_operation::set, property_operation::has,
        property_operation::remove, property_operation::keys})
    CHECK(round_trip(world.system(), property_request{1, operation, "k", {}}).operation
          == operation);
}

TEST_CASE("an exit report survives", "[actors][messages][A12]") {
  caf_world world;
  auto copy =
    round_trip(world.system(),
               context_down{19, {"name", errc::heap_limit_exceeded, "too much", 20, 21}, true});
  CHECK(copy.context == 19);
  CHECK(copy.report.name == "name");
  CHECK(copy.report.reason == errc::heap_limit_exceeded);
  CHECK(copy.report.message == "too much");
  CHECK(copy.report.unanswered == 20);
  CHECK(copy.report.runs == 21);
  CHECK(copy.thread_lost);
}

TEST_CASE("the actor in a message is the same one afterwards", "[actors][messages][A12]") {
  caf_world world;
  auto someone = world.system().spawn(
    [](caf::event_based_actor*) -> caf::behavior { return {[](const idle_request&) {}}; });
  CHECK(round_trip(world.system(), spawn_request{1, 2, {}, someone}).owner == someone);
  CHECK(round_trip(world.system(), spawn_reply{1, 2, someone, {}}).handle == someone);
  caf::anon_send_exit(someone, caf::exit_reason::user_shutdown);
}

// -- batches --------------------------------------------------------------------------

TEST_CASE("runs are added to a batch until it is opened", "[actors][messages]") {
  run_batch batch{{run_request{1, {}, {}}}};
  run_request second{2, some_script(), {}};
  CHECK(batch.add(second));
  CHECK(batch.open().size() == 2);
  run_request late{3, some_script(), {}};
  CHECK_FALSE(batch.add(late));
  CHECK(late.script.source); // left alone
  CHECK(batch.open().empty());
}

// -- damage ---------------------------------------------------------------------------

TEST_CASE("every truncated message is refused", "[actors][messages][A12]") {
  caf_world world;
  with_every_message([&](auto message) {
    using type = decltype(message);
    auto bytes = save(world.system(), message);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      caf::byte_buffer shorter(bytes.begin(),
                               bytes.begin() + static_cast<std::ptrdiff_t>(length));
      type copy;
      if (load(world.system(), shorter, copy))
        FAIL(length << " of " << bytes.size() << " bytes were taken for a message of type "
                    << caf::type_name_v<type>);
    }
  });
}

TEST_CASE("mutated messages are refused or give one that can be used",
          "[actors][messages][A12]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  caf_world world;
  int accepted = 0;
  with_every_message([&](auto message) {
    using type = decltype(message);
    auto bytes = save(world.system(), message);
    for (int round = 0; round < 1000; ++round) {
      auto damaged = bytes;
      for (auto changes = 1 + random.below(3); changes > 0; --changes)
        damaged[random.below(damaged.size())] = static_cast<caf::byte>(random.below(256));
      type copy;
      if (!load(world.system(), damaged, copy))
        continue;
      ++accepted;
      [[maybe_unused]] auto again = save(world.system(), copy);
      [[maybe_unused]] auto text = caf::deep_to_string(copy);
    }
  });
  CHECK(accepted > 0);
}

TEST_CASE("an enumeration out of its range is refused", "[actors][messages][A12]") {
  caf_world world;
  auto refused = [&](auto message, std::uint8_t last_valid) {
    using type = decltype(message);
    auto bytes = save(world.system(), message);
    CHECK(bytes.size() == 1);
    bytes[0] = static_cast<caf::byte>(last_valid + 1);
    type copy{};
    CHECK_FALSE(load(world.system(), bytes, copy));
    bytes[0] = caf::byte{255};
    CHECK_FALSE(load(world.system(), bytes, copy));
  };
  refused(errc::host_exception, static_cast<std::uint8_t>(detail::last_errc));
  refused(timeout_scope::evaluation, static_cast<std::uint8_t>(timeout_scope::evaluation));
  refused(take_as::nothing, static_cast<std::uint8_t>(take_as::nothing));
  refused(microtask_mode::after_evaluate,
          static_cast<std::uint8_t>(microtask_mode::after_evaluate));
  refused(memory_mode::detailed, static_cast<std::uint8_t>(memory_mode::detailed));
  refused(memory_execution::eager, static_cast<std::uint8_t>(memory_execution::eager));
  refused(property_operation::keys, static_cast<std::uint8_t>(property_operation::keys));
}

TEST_CASE("a damaged value inside a message is refused", "[actors][messages][A8][A12]") {
  caf_world world;
  reply original{1, 2, value::array({1, "two"})};
  auto bytes = save(world.system(), original);
  // The value's own encoding begins with its magic byte.
  auto magic = std::ranges::find(bytes, caf::byte{0xA7});
  REQUIRE(magic != bytes.end());
  *magic = caf::byte{0};
  reply copy;
  CHECK_FALSE(load(world.system(), bytes, copy));
}
