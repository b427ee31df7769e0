// Loaders made of loaders and functions: A3.

#include "tests/api/helpers.hpp"
#include "troupe/function_loader.hpp"
#include "troupe/loader_chain.hpp"
#include "troupe/memory_loader.hpp"

#include <memory>
#include <stdexcept>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

using loaders = std::vector<std::shared_ptr<module_loader>>;

std::shared_ptr<memory_loader> memory_of(const char* identifier, const char* content) {
  return std::make_shared<memory_loader>(memory_loader::sources{{identifier, content}});
}

/// Answers when it is told to.
struct slow_loader final : module_loader {
  future<module_source> load(module_request request) override {
    asked.push_back(std::move(request));
    return answers.emplace_back().get_future();
  }

  std::vector<module_request> asked;
  std::vector<promise<module_source>> answers;
};

error not_found() {
  return {.code = errc::module_not_found, .message = "not here"};
}

} // namespace

TEST_CASE("the first loader of a chain that has a module gives it", "[api][loader_chain][A3]") {
  loader_chain chain{
    {memory_of("a", "first"), memory_of("a", "second"), memory_of("b", "third")}};
  CHECK(value_of(chain.load({.specifier = "a"})).content() == "first");
  CHECK(value_of(chain.load({.specifier = "b"})).content() == "third");
  auto found = chain.find({.specifier = "b"});
  REQUIRE((found && *found));
  CHECK((*found)->content() == "third");
}

TEST_CASE("what is no loader is left out of a chain", "[api][loader_chain][A3]") {
  auto chain = std::make_shared<loader_chain>(loaders{nullptr, memory_of("a", "1"), nullptr});
  CHECK(chain->load({.specifier = "a"}).get());
  CHECK(error_of(chain->load({.specifier = "b"})).code == errc::module_not_found);
}

TEST_CASE("what no loader of a chain has is told with what each of them said",
          "[api][loader_chain][A3]") {
  loader_chain chain{{memory_of("a", "1"), make_loader([](module_request) {
                        return result<module_source>{not_found()};
                      })}};
  auto what = error_of(chain.load({.specifier = "./x", .referrer = "a"}));
  CHECK(what.code == errc::module_not_found);
  CHECK(what.message == "cannot find module './x' imported from 'a': there is no 'x'; not here");
  auto found = chain.find({.specifier = "./x", .referrer = "a"});
  REQUIRE(found);
  CHECK(found->error() == what);
}

TEST_CASE("a chain of no loaders has nothing", "[api][loader_chain][A3]") {
  loader_chain chain{{}};
  CHECK(error_of(chain.load({.specifier = "x"})).code == errc::module_not_found);
}

TEST_CASE("an error other than not found ends the search", "[api][loader_chain][A3]") {
  loader_chain chain{{make_loader([](module_request) {
                        return result<module_source>{
                          error{.code = errc::module_refused, .message = "no"}};
                      }),
                      memory_of("a", "1")}};
  CHECK(error_of(chain.load({.specifier = "a"})).code == errc::module_refused);
  auto found = chain.find({.specifier = "a"});
  REQUIRE(found);
  CHECK(found->error().code == errc::module_refused);
}

TEST_CASE("a chain asks the next loader when one has answered later", "[api][loader_chain][A3]") {
  auto slow = std::make_shared<slow_loader>();
  loader_chain chain{{slow, memory_of("a", "memory")}};
  CHECK_FALSE(chain.find({.specifier = "a"}));
  auto answer = chain.load({.specifier = "a", .referrer = "r"});
  REQUIRE(slow->asked.size() == 1);
  CHECK(slow->asked[0] == module_request{.specifier = "a", .referrer = "r"});
  CHECK_FALSE(answer.ready());
  slow->answers[0].set(not_found());
  CHECK(value_of(std::move(answer)).content() == "memory");
}

TEST_CASE("a chain may go while one of its loaders works", "[api][loader_chain][A3]") {
  auto slow = std::make_shared<slow_loader>();
  auto chain = std::make_unique<loader_chain>(loaders{slow, memory_of("a", "memory")});
  auto answer = chain->load({.specifier = "a"});
  chain.reset();
  slow->answers[0].set(not_found());
  CHECK(value_of(std::move(answer)).content() == "memory");
}

TEST_CASE("a load through a chain can be cancelled", "[api][loader_chain][A3]") {
  auto slow = std::make_shared<slow_loader>();
  loader_chain chain{{memory_of("b", "1"), slow}};
  auto answer = chain.load({.specifier = "a"});
  answer.cancel();
  CHECK(error_of(std::move(answer)).code == errc::cancelled);
}

TEST_CASE("any function is a loader", "[api][function_loader][A3]") {
  auto plain = make_loader([](module_request request) {
    return module_source{request.specifier, "plain"};
  });
  CHECK(value_of(plain->load({.specifier = "x"})).identifier() == "x");
  auto found = plain->find({.specifier = "x"});
  REQUIRE((found && *found));
  CHECK((*found)->content() == "plain");

  std::thread other;
  auto later = make_loader([&](module_request request) {
    promise<module_source> answer;
    auto waiting = answer.get_future();
    other = std::thread{[answer = std::move(answer), request]() mutable {
      answer.set(module_source{request.specifier, "later"});
    }};
    return waiting;
  });
  CHECK_FALSE(later->find({.specifier = "x"}));
  CHECK(value_of(later->load({.specifier = "x"})).content() == "later");
  other.join();
}

TEST_CASE("a loader function that throws, or gives nothing, fails the import",
          "[api][function_loader][A3]") {
  auto throwing = make_loader(
    [](module_request) -> future<module_source> { throw std::runtime_error{"no database"}; });
  auto thrown = error_of(throwing->load({.specifier = "x"}));
  CHECK(thrown.code == errc::host_exception);
  CHECK(thrown.message == "no database");

  auto throwing_at_once =
    make_loader([](module_request) -> module_source { throw std::runtime_error{"no disk"}; });
  auto found = throwing_at_once->find({.specifier = "x"});
  REQUIRE(found);
  CHECK(found->error().code == errc::host_exception);

  auto empty = make_loader([](module_request) { return future<module_source>{}; });
  CHECK(error_of(empty->load({.specifier = "x"})).code == errc::broken_promise);
}
