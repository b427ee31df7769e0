#include "tests/api/helpers.hpp"

#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>

#include <memory>

namespace troupe::testing {

namespace {

std::unique_ptr<runtime> shared;

class at_the_end : public Catch::EventListenerBase {
public:
  using EventListenerBase::EventListenerBase;

  void testRunEnded(const Catch::TestRunStats&) override {
    shared.reset();
  }
};

CATCH_REGISTER_LISTENER(at_the_end)

} // namespace

runtime& shared_runtime() {
  if (!shared)
    shared = std::make_unique<runtime>();
  return *shared;
}

} // namespace troupe::testing
