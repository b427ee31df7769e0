#include "tests/support/script_host.hpp"
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>
#include <atomic>
using namespace troupe;
using namespace troupe::testing;
TEST_CASE("probe", "[.probe]") {
  std::ifstream in{std::getenv("PROBE")};
  std::stringstream text;
  text << in.rdbuf();
  script_host host{{.console = true, .timers = true, .builtins = {builtin::require, builtin::node_util, builtin::node_vm}}};
  if (!host.prepared) FAIL(host.prepared.error().message);
  std::atomic<bool> done{false};
  auto ledger = host.environment().ledger();
  std::thread dog{[&] { while (!done) { std::this_thread::sleep_for(std::chrono::milliseconds{1}); static_cast<void>(ledger->expire(std::chrono::steady_clock::now())); } }};
  std::size_t shown = 0;
  host.on_line = [&] { for (; shown < host.lines.size(); ++shown) std::cout << host.lines[shown].text << std::endl; };
  auto r = host.run(text.str(), {.take = take_as::nothing}, {.filename = "probe.js"});
  if (!r) std::cout << "ERROR " << r.error().to_string() << std::endl;
  host.turn_until_idle();
  for (auto& e : host.uncaught) std::cout << "UNCAUGHT " << e.to_string() << std::endl;
  done = true;
  dog.join();
}
