// V8 starts once per process and before anything else, so Catch2's own main()
// does not do.

#include "runtime/engine.hpp"

#include <catch2/catch_session.hpp>

int main(int argc, char* argv[]) {
  troupe::js::engine::start();
  return Catch::Session{}.run(argc, argv);
}
