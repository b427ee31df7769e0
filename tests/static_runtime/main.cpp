// A runtime that is a global object, between contexts that end before and after
// it: CTest looks at the exit status.

#include <troupe/troupe.hpp>

#include <chrono>
#include <iostream>
#include <utility>
#include <vector>

namespace {

// Destroyed in reverse.
troupe::context outlives_the_runtime;
std::vector<troupe::future<troupe::value>> open_runs;
troupe::runtime rt;
troupe::context ends_before_the_runtime;

bool leaves_a_run_open(troupe::context& ctx) {
  auto spawned = rt.spawn().get();
  if (!spawned)
    return false;
  ctx = *std::move(spawned);
  auto answer = ctx.run("6 * 7", {.timeout = std::chrono::minutes{1}}).get();
  open_runs.push_back(ctx.run("for (;;);"));
  open_runs.push_back(ctx.run("new Promise(() => {})"));
  open_runs.push_back(ctx.run("1").then([](troupe::result<troupe::value> one) { return one; }));
  return answer && answer->as<int>() == 42;
}

} // namespace

int main() {
  if (!leaves_a_run_open(outlives_the_runtime) || !leaves_a_run_open(ends_before_the_runtime)) {
    std::cerr << "the global runtime does not run scripts\n";
    return 1;
  }
}
