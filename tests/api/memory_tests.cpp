// context::measure_memory: O1.

#include "tests/api/helpers.hpp"

using namespace troupe;
using namespace troupe::testing;

namespace {

constexpr memory_options detailed_now{.mode = memory_mode::detailed,
                                      .execution = memory_execution::eager};
constexpr memory_options summary_now{.execution = memory_execution::eager};

} // namespace

TEST_CASE("a summary tells the total", "[api][context][memory][O1]") {
  auto ctx = new_context();
  auto report = value_of(ctx.measure_memory(summary_now));
  CHECK(report.total.bytes > 0);
  CHECK(report.total.bytes_max >= report.total.bytes);
  CHECK(report.current.bytes == 0);
  CHECK(report.others.empty());
}

TEST_CASE("details tell what the realm holds", "[api][context][memory][O1]") {
  auto ctx = new_context();
  auto before = value_of(ctx.measure_memory(detailed_now));
  CHECK(before.current.bytes > 0);
  CHECK(before.current.bytes <= before.total.bytes);
  CHECK(before.current.bytes_max >= before.current.bytes);
  // Objects that know their realm.
  value_of(ctx.run("var held = []; for (let i = 0; i < 200000; ++i) held.push({i}); 1"));
  auto after = value_of(ctx.measure_memory(detailed_now));
  CHECK(after.current.bytes > before.current.bytes + 1'000'000);
  CHECK(after.total.bytes > before.total.bytes + 1'000'000);
}

TEST_CASE("a report tells what V8 and the allocator know", "[api][context][memory][O1]") {
  auto ctx = new_context({.heap_limit_mib = 64});
  value_of(ctx.run("var buffer = new Uint8Array(3 << 20).fill(1); 1"));
  auto report = value_of(ctx.measure_memory(summary_now));
  CHECK(report.array_buffers >= 3u << 20);
  CHECK(report.external >= 3u << 20);
  CHECK(report.heap_used > 0);
  CHECK(report.heap_committed >= report.heap_used);
  CHECK(report.heap_limit >= std::uint64_t{64} << 20);
  CHECK(report.heap_limit < std::uint64_t{256} << 20);
  CHECK(report.malloced > 0);
  CHECK(report.native_contexts == 1);
}

TEST_CASE("a report tells the CPU time of the context's thread", "[api][context][memory][O1]") {
  auto ctx = new_context();
  auto before = value_of(ctx.measure_memory(summary_now)).cpu_time;
  CHECK(before > 0ns);
  // A run that is stopped after 100 ms of its thread's own clock or more.
  auto busy = value_of(ctx.run("const end = Date.now() + 100; let n = 0;"
                               "while (Date.now() < end) ++n; n"));
  auto after = value_of(ctx.measure_memory(summary_now)).cpu_time;
  CHECK(busy.as<double>() > 0);
  CHECK(after > before);
  CHECK(after < 1min);
}

TEST_CASE("WebAssembly's code is told", "[api][context][memory][O1]") {
  auto ctx = new_context();
  // A function that gives 42.
  value_of(
    ctx.run("var wasm = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(["
            "0,97,115,109,1,0,0,0,1,5,1,96,0,1,127,3,2,1,0,7,5,1,1,102,0,0,10,6,1,4,0,65,42"
            ",11]))); wasm.exports.f()"));
  CHECK(value_of(ctx.measure_memory(summary_now)).wasm_code > 0);
}

TEST_CASE("many measurements at once are each answered", "[api][context][memory][O1]") {
  auto ctx = new_context();
  std::vector<future<memory_report>> reports;
  for (int i = 0; i < 50; ++i)
    reports.push_back(ctx.measure_memory(i % 2 == 0 ? summary_now : detailed_now));
  for (int i = 0; i < 50; ++i) {
    auto report = value_of(std::move(reports[static_cast<std::size_t>(i)]));
    CHECK(report.total.bytes > 0);
    CHECK((report.current.bytes != 0) == (i % 2 != 0));
  }
}

TEST_CASE("a measurement with the next collection ends in an idle context",
          "[api][context][memory][O1]") {
  auto ctx = new_context();
  check_usable(ctx);
  auto report = value_of(ctx.measure_memory()); // V8 waits ten seconds for a collection
  CHECK(report.total.bytes > 0);
}

TEST_CASE("a context that ends while it measures answers so", "[api][context][memory][O1]") {
  auto ctx = new_context();
  std::vector<future<memory_report>> reports;
  for (int i = 0; i < 5; ++i)
    reports.push_back(ctx.measure_memory());
  value_of(ctx.run("1")); // the measurements have begun
  auto end = value_of(ctx.close(close_mode::now));
  CHECK(end.unanswered == 5);
  for (auto& report : reports)
    CHECK(error_of(std::move(report)).code == errc::context_closed);
}

TEST_CASE("a runtime that ends while contexts measure answers so", "[api][context][memory][O1]") {
  std::vector<future<memory_report>> reports;
  {
    runtime rt;
    std::vector<context> contexts;
    for (int i = 0; i < 4; ++i) {
      contexts.push_back(value_of(rt.spawn()));
      reports.push_back(contexts.back().measure_memory());
      reports.push_back(contexts.back().measure_memory(detailed_now));
    }
  }
  for (auto& report : reports) {
    auto outcome = answer_of(std::move(report));
    CHECK((outcome || tells_of_the_end(outcome.error().code)));
  }
}

TEST_CASE("a measurement can be cancelled", "[api][context][memory][O1]") {
  auto ctx = new_context();
  auto report = ctx.measure_memory();
  report.cancel();
  CHECK(error_of(std::move(report)).code == errc::cancelled);
  check_usable(ctx);
  CHECK(value_of(ctx.measure_memory(summary_now)).total.bytes > 0);
}

TEST_CASE("a measurement survives the reset of its context", "[api][context][memory][O1]") {
  auto ctx = new_context();
  auto report = ctx.measure_memory(detailed_now);
  value_of(ctx.reset());
  CHECK(value_of(std::move(report)).total.bytes > 0);
}

TEST_CASE("draining waits for measurements", "[api][context][memory][O1]") {
  auto ctx = new_context();
  auto report = ctx.measure_memory(summary_now);
  auto end = value_of(ctx.close());
  CHECK(end.unanswered == 0);
  CHECK(value_of(std::move(report)).total.bytes > 0);
}

TEST_CASE("memory options that are none are refused", "[api][options][O4]") {
  auto ctx = new_context();
  auto mode = error_of(ctx.measure_memory({.mode = static_cast<memory_mode>(9)}));
  CHECK(mode.code == errc::invalid_argument);
  CHECK(mode.message.find("memory_options::mode") != std::string::npos);
  auto execution = error_of(ctx.measure_memory({.execution = static_cast<memory_execution>(9)}));
  CHECK(execution.code == errc::invalid_argument);
  CHECK(execution.message.find("memory_options::execution") != std::string::npos);
}
