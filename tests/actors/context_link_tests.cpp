#include "actors/client.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

struct watcher final : exit_receiver {
  explicit watcher(bool nobody_looks) : nobody_looks_(nobody_looks) {
  }
  void receive(const exit_report&) override {
    ++told;
  }
  [[nodiscard]] bool gone() const override {
    return nobody_looks_;
  }

  int told = 0;

private:
  bool nobody_looks_;
};

} // namespace

TEST_CASE("whoever has lost interest in a context's end is not kept", "[actors][client][A11]") {
  auto link = std::make_shared<context_link>(1, "c", "", caf::actor{}, nullptr, 0);
  std::vector<std::weak_ptr<watcher>> dropped;
  auto kept = std::make_shared<watcher>(false);
  link->on_exit(kept);
  for (int i = 0; i < 1000; ++i) {
    auto made = std::make_shared<watcher>(true);
    dropped.push_back(made);
    link->on_exit(std::move(made));
  }
  std::size_t left = 0;
  for (const auto& each : dropped)
    left += each.expired() ? 0u : 1u;
  CHECK(left < 100);
  link->close({});
  CHECK(kept->told == 1);
}
