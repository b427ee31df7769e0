// What a script may use up, and what is left when it has.

#include <troupe/troupe.hpp>

#include <chrono>
#include <iostream>

using namespace std::chrono_literals;

int main() {
  troupe::runtime rt;
  troupe::context ctx = rt.spawn({.name = "tenant-42",
                                  .heap_limit_mib = 32,
                                  .array_buffer_limit_mib = 16,
                                  .pending_requests_max = 100,
                                  .output_limit = 1000,
                                  .console = true,
                                  .timers = true})
                          .get();

  auto show = [&](const char* what, troupe::run_options how = {.timeout = 5s}) {
    auto answer = ctx.run(what, how).get();
    std::cout << what << "\n  -> "
              << (answer ? answer->to_string() : std::string{code_name(answer.error().code)})
              << '\n';
  };
  show("for (;;);", {.timeout = 20ms});
  show("for (;;);", {.cpu_time = 20ms});
  show("new Promise(done => setTimeout(done, 50, 'waiting is free'))", {.cpu_time = 20ms});
  show("for (;;) console.error('x'.repeat(600))");
  show("try { new WebAssembly.Memory({initial: 1000}) } catch (e) { e.name }");
  show("{ const garbage = []; for (;;) garbage.push(new Array(1000)) }");
  show("6 * 7"); // it lives

  show("kept = []; for (;;) kept.push(new Array(1000))");
  troupe::exit_report end = *ctx.exited().get();
  std::cout << end.message << "\n  runs: " << end.runs << ", stopped: " << end.stops
            << ", heap: " << (end.heap_used_bytes >> 20) << " MiB\n";
  return end.reason == troupe::errc::heap_limit_exceeded ? 0 : 1;
}
