// One context for many tenants, one after the other, and what it uses.

#include <troupe/troupe.hpp>

#include <iostream>

namespace {

void print(const char* when, const troupe::memory_report& report) {
  std::cout << when << report.current.bytes / 1024 << " KiB in its realm, "
            << report.heap_used / 1024 << " KiB in the heap, " << report.native_contexts
            << " realm(s), " << report.cpu_time.count() / 1'000'000 << " ms of CPU time\n";
}

} // namespace

int main() {
  troupe::runtime rt;
  troupe::context ctx = rt.spawn({.name = "reused",
                                  .origin = "https://tenants.example",
                                  .globals = {{"limit", 10}},
                                  .code_generation = {.strings = false, .wasm = false}})
                          .get();
  troupe::memory_options now{.mode = troupe::memory_mode::detailed,
                             .execution = troupe::memory_execution::eager};

  [[maybe_unused]] troupe::value nothing =
    ctx
      .run("var secret = 'of tenant 1'; limit = 0; "
           "var hoard = Array.from({length: 1e5}, () => ({}))",
           {.take = troupe::take_as::nothing})
      .get();
  print("tenant 1:  ", ctx.measure_memory(now).get());

  auto waiting = ctx.run("new Promise(() => {})");
  ctx.reset().get().value();
  std::cout << "waiting:   " << code_name(waiting.get().error().code) << '\n';

  std::cout << "tenant 2:  secret is " << ctx.run("typeof secret").get()->as<std::string>()
            << ", limit is " << ctx.run("limit").get()->as<int>() << '\n';
  print("tenant 2:  ", ctx.measure_memory(now).get());

  auto refused = ctx.run("eval('1 + 1')").get();
  std::cout << "no eval:   " << refused.error().message << '\n';
}
