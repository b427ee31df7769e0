// A runtime that ends on one of its own threads, and what an ended context lets go: A1, C1.

#include "tests/api/helpers.hpp"

#include <array>
#include <atomic>
#include <cstddef>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// A runtime whose end can be seen.
struct application {
  explicit application(runtime_options options = {}) : rt(std::move(options)) {
  }

  runtime rt;
  context ctx;
};

/// Owns an application, which is ended by whoever comes first.
struct last_owner {
  std::atomic<application*> owned{nullptr};

  void end() {
    delete owned.exchange(nullptr);
  }

  ~last_owner() {
    end();
  }
};

void check_ended(const last_owner& owner, future<value> answer) {
  CHECK(answer.wait_for(patience));
  CHECK(owner.owned == nullptr);
}

} // namespace

TEST_CASE("a host function may end the runtime that calls it", "[api][runtime][A1]") {
  last_owner owner;
  auto* app = new application;
  owner.owned = app;
  app->ctx = value_of(app->rt.spawn({.globals = {{"end", host_function{[&] { owner.end(); }}}}}));
  auto exited = app->ctx.exited();
  check_ended(owner, app->ctx.run("end(); 1"));
  CHECK(exited.wait_for(patience));
}

TEST_CASE("what hears the console may end the runtime", "[api][runtime][A1]") {
  last_owner owner;
  auto* app = new application{{.on_console = [&](const console_line&) { owner.end(); }}};
  owner.owned = app;
  app->ctx = value_of(app->rt.spawn({.console = true}));
  check_ended(owner, app->ctx.run("console.log(1); 1"));
}

TEST_CASE("what hears of uncaught errors may end the runtime", "[api][runtime][A1]") {
  last_owner owner;
  promise<void> told;
  auto heard = told.get_future();
  auto* app = new application{{.on_uncaught_error = [&](const auto&, const auto&) {
    owner.end();
    told.set({});
  }}};
  owner.owned = app;
  app->ctx = value_of(app->rt.spawn());
  auto answer = app->ctx.run("Promise.reject(1); 1");
  CHECK(heard.wait_for(patience));
  check_ended(owner, std::move(answer));
}

TEST_CASE("a loader may end the runtime when it looks for a module", "[api][runtime][A1]") {
  last_owner owner;
  auto loader = make_loader([&](module_request) -> result<module_source> {
    owner.end();
    return module_source{"a", "1"};
  });
  auto* app = new application;
  owner.owned = app;
  app->ctx = value_of(app->rt.spawn({.loader = loader}));
  check_ended(owner, app->ctx.import("a"));
}

TEST_CASE("an executor that runs work at once may end the runtime", "[api][runtime][A1]") {
  last_owner owner;
  auto* app = new application;
  owner.owned = app;
  app->ctx = value_of(app->rt.spawn());
  auto answer = app->ctx.run("for (const end = Date.now() + 20; Date.now() < end;); 1")
                  .on([](const std::function<void()>& work) { work(); })
                  .then([&](result<value> outcome) {
                    owner.end();
                    return outcome;
                  });
  check_ended(owner, std::move(answer));
}

TEST_CASE("a continuation may end the runtime", "[api][runtime][A1]") {
  last_owner owner;
  auto* app = new application;
  owner.owned = app;
  app->ctx = value_of(app->rt.spawn());
  auto answer = app->ctx.run("1").then([&](result<value> outcome) {
    owner.end();
    return outcome;
  });
  check_ended(owner, std::move(answer));
}

TEST_CASE("who learns that a runtime is drained may end it there", "[api][runtime][A1]") {
  last_owner owner;
  auto* app = new application;
  owner.owned = app;
  app->ctx = value_of(app->rt.spawn());
  auto answer =
    app->rt.drain().on([](const std::function<void()>& work) { work(); }).then([&](result<void>) {
      owner.end();
      return value{};
    });
  check_ended(owner, std::move(answer));
}

TEST_CASE("memory that a script gives up may have been the last owner of the runtime",
          "[api][runtime][A1]") {
  last_owner owner;
  promise<void> ended;
  auto released = ended.get_future();
  std::array<std::byte, 64> memory{};
  auto* app = new application;
  owner.owned = app;
  app->ctx = value_of(app->rt.spawn());
  value_of(app->ctx.set("lent", value::transfer(buffer{memory, [&] {
                                                         owner.end();
                                                         ended.set({});
                                                       }})));
  static_cast<void>(app->ctx.close());
  CHECK(released.wait_for(patience));
}

TEST_CASE("an application that its context's globals own is freed when the context ends",
          "[api][runtime][A1]") {
  auto ended = std::make_shared<promise<void>>();
  auto seen = ended->get_future();
  struct owned {
    explicit owned(std::shared_ptr<promise<void>> told) : ended(std::move(told)) {
    }
    std::shared_ptr<promise<void>> ended;
    application app{};
    ~owned() {
      ended->set({});
    }
  };
  auto app = std::make_shared<owned>(ended);
  app->app.ctx =
    value_of(app->app.rt.spawn({.globals = {{"serve", host_function{[app] { return 1; }}}}}));
  auto exited = app->app.ctx.close();
  app.reset();
  CHECK(exited.wait_for(patience));
  CHECK(seen.wait_for(patience));
}

TEST_CASE("a context that has ended keeps none of its globals, though its handle is kept",
          "[api][context][C1]") {
  auto freed = std::make_shared<promise<void>>();
  auto seen = freed->get_future();
  auto captured = std::shared_ptr<int>(new int{1}, [freed](int* last) {
    delete last;
    freed->set({});
  });
  auto ctx =
    new_context({.globals = {{"serve", host_function{[captured] { return *captured; }}}}});
  captured.reset();
  CHECK(value_of(ctx.run("serve()")).as<int>() == 1);
  CHECK_FALSE(seen.ready());
  value_of(ctx.close());
  CHECK(seen.wait_for(patience));
  CHECK_FALSE(ctx.alive());
}

TEST_CASE("a context that has ended cannot be reloaded", "[api][context][C1]") {
  auto ctx = new_context();
  value_of(ctx.close());
  CHECK(error_of(ctx.reload("a")).code == errc::context_closed);
}
