// Loaders, resolvers and scripts that do what they should not: M3, M9, A3, A9.

#include "tests/api/helpers.hpp"

#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <atomic>
#include <latch>
#include <mutex>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

context context_with(memory_loader::sources sources, context_options options = {}) {
  options.loader = std::make_shared<memory_loader>(std::move(sources));
  return new_context(std::move(options));
}

/// Keeps what it owes.
class silent_loader final : public module_loader {
public:
  future<module_source> load(module_request) override {
    std::lock_guard guard{mutex_};
    auto answer = open_.emplace_back().get_future();
    ++asked;
    asked.notify_all();
    return answer;
  }

  void wait_for(unsigned count) {
    for (auto seen = asked.load(); seen < count; seen = asked.load())
      asked.wait(seen);
  }

  std::vector<promise<module_source>> take() {
    std::lock_guard guard{mutex_};
    return std::exchange(open_, {});
  }

  std::atomic<unsigned> asked{0};

private:
  std::mutex mutex_;
  std::vector<promise<module_source>> open_;
};

/// A module for every specifier, at once.
std::shared_ptr<module_loader> anything() {
  return make_loader([](const module_request& request) {
    return module_source{request.specifier, "export default 1;"};
  });
}

template <class T>
future<T> ready(result<T> outcome) {
  promise<T> answer;
  answer.set(std::move(outcome));
  return answer.get_future();
}

} // namespace

// -- what scripts leave behind ----------------------------------------------------------

TEST_CASE("a module that waits for ever keeps nobody from idling or closing",
          "[api][module][misuse][A9]") {
  auto ctx = context_with({{"never.mjs", "await new Promise(() => {});"}});
  value_of(ctx.run("import('./never.mjs'); 0"));
  value_of(ctx.idle());
  CHECK(value_of(ctx.close()).reason == errc::context_closed);
}

TEST_CASE("an import that was stopped amid its evaluation leaves nothing behind",
          "[api][module][misuse][A9]") {
  auto ctx = context_with({{"loop.mjs", "for (;;);"}});
  auto how = GENERATE(as<std::string>{}, "import('./loop.mjs')", "import('./loop.mjs'); 0",
                      "setTimeout(() => import('./loop.mjs')); 0");
  auto timed = context_with({{"loop.mjs", "for (;;);"}}, {.timers = true});
  static_cast<void>(answer_of(timed.run(how, {.timeout = 20ms})));
  value_of(timed.idle());
  check_usable(timed);
  value_of(timed.close());
}

TEST_CASE("import() in a timer and in a finaliser works", "[api][module][misuse][M9]") {
  auto ctx = context_with({{"a.mjs", "export default 'a';"}}, {.timers = true});
  CHECK(value_of(ctx.run("new Promise(done => setTimeout(() => import('./a.mjs')"
                         ".then(m => done(m.default))))"))
          .as<std::string>()
        == "a");
  value_of(ctx.run("globalThis.seen = 0; const bin = new FinalizationRegistry("
                   "() => import('./a.mjs').then(() => ++seen));"
                   "for (let i = 0; i < 100; ++i) bin.register({}, i); 0"));
  auto give_up = std::chrono::steady_clock::now() + patience;
  while (value_of(ctx.get("seen")).as<int>() == 0 && std::chrono::steady_clock::now() < give_up)
    value_of(ctx.run("Array.from({ length: 1e5 }, () => ({})).length"));
  CHECK(value_of(ctx.get("seen")).as<int>() > 0);
}

TEST_CASE("a storm of imports meets the limit, not the memory", "[api][module][misuse][A9]") {
  auto loader = std::make_shared<silent_loader>();
  auto specifier = GENERATE(as<std::string>{}, "'x' + i", "'x'");
  CAPTURE(specifier);
  auto ctx = new_context({.loader = loader, .modules = {.modules_max = 200}});
  auto refused = value_of(ctx.run("let refused = 0; const code = new Set();"
                                  "(async () => { for (let i = 0; i < 100_000; ++i) {"
                                  "  const one = import("
                                  + specifier
                                  + ").catch(e => { ++refused; code.add(e.code) });"
                                    "  if (i % 100 === 99) await null;"
                                    "} await null; await null; await null; await null;"
                                    "return [refused, [...code].join()] })()"));
  CHECK(refused[0].as<int>() >= 100'000 - 300);
  CHECK(refused[1].as<std::string>() == "ERR_TROUPE_MODULE_LIMIT");
  CHECK(loader->asked <= 201);
  // What was refused leaves no room taken once the rest is gone.
  value_of(ctx.reset());
  auto again = ctx.import("y");
  again.cancel();
  check_usable(ctx);
}

TEST_CASE("modules that are refused leave nothing in the module map",
          "[api][module][misuse][A9]") {
  auto ctx = new_context({.loader = anything(), .modules = {.modules_max = 50}});
  CHECK(value_of(ctx.run("(async () => { let good = 0; for (let i = 0; i < 20_000; ++i)"
                         "  await import('x' + i).then(() => ++good, () => {});"
                         "return good })()"))
          .as<int>()
        == 50);
  check_usable(ctx);
}

TEST_CASE("huge specifiers are refused, and many large ones too", "[api][module][misuse][A9]") {
  auto loader = std::make_shared<silent_loader>();
  auto ctx = new_context({.loader = loader});
  CHECK(value_of(ctx.run("import('x'.repeat(1e6)).catch(e => e.code)")).as<std::string>()
        == "ERR_INVALID_MODULE_SPECIFIER");
  CHECK(value_of(ctx.run("(async () => { let refused = 0; for (let i = 0; i < 2000; ++i) {"
                         "  import('x'.repeat(60_000) + i).catch(() => ++refused);"
                         "  await null;"
                         "} return refused })()"))
          .as<int>()
        > 1000);
  check_usable(ctx);
}

TEST_CASE("attributes may have getters, which may throw", "[api][module][misuse][M9]") {
  auto ctx = context_with({{"a.mjs", "export default 1;"}, {"d.json", "[1, 2]"}});
  auto of = [&](const std::string& options) {
    return value_of(ctx.run("import('./d.json', " + options
                            + ").then(m => String(m.default.length), e => String(e))"))
      .as<std::string>();
  };
  CHECK(of("{ get with() { return { get type() { return 'json' } } } }") == "2");
  CHECK(of("{ get with() { throw 'no' } }") == "no");
  CHECK(of("{ with: { get type() { throw 'no' } } }") == "no");
  CHECK(of("{ with: { type: { toString() { return 'json' } } } }").starts_with("TypeError"));
  CHECK(of("{ with: new Proxy({}, { ownKeys() { throw 'no' } }) }") == "no");
  CHECK(of("{ with: 1 }").starts_with("TypeError"));
  CHECK(of("new Proxy({}, { get() { import('./a.mjs'); throw 'no' } })") == "no");
}

TEST_CASE("what scripts have done to promises changes no import", "[api][module][misuse][C7]") {
  auto tampered = GENERATE(
    as<std::string>{}, "Promise.prototype.then = () => { throw 1 }",
    "Promise.prototype.then = undefined",
    "Object.defineProperty(Promise, Symbol.species, { get() { throw 1 } })",
    "Object.defineProperty(Promise, Symbol.species, { value: function (f) { f(() => {}, () => "
    "{}) "
    "} })",
    "Promise.prototype.constructor = { [Symbol.species]: class { constructor() { return {} } } }",
    "Object.defineProperty(Promise.prototype, 'constructor', { get() { return 7 } })",
    "Object.defineProperty(Object.prototype, 'namespace', { get() { throw 1 }, set() { throw 1 } "
    "})",
    "Object.defineProperty(Object.prototype, 'then', { get() { throw 1 } })",
    "Object.prototype.then = function (f) { f(7) }",
    "for (const key of Reflect.ownKeys(globalThis)) try { delete globalThis[key] } catch {}");
  CAPTURE(tampered);
  auto ctx = context_with({{"now.mjs", "export default 1;"},
                           {"late.mjs", "await null; await null; export default 2;"},
                           {"bad.mjs", "await null; throw 3;"}});
  value_of(ctx.run(tampered + "; 0"));
  // The import may fail with what the script has done; it must be answered, and C++ told.
  auto now = answer_of(ctx.import("now.mjs"));
  auto late = answer_of(ctx.import("late.mjs"));
  auto bad = answer_of(ctx.import("bad.mjs"));
  CHECK_FALSE(bad.has_value());
  if (now)
    CHECK((*now)["default"].as<int>() == 1);
  if (late)
    CHECK((*late)["default"].as<int>() == 2);
  value_of(ctx.run("import('./late.mjs'); 0", {.timeout = 1s}));
  value_of(ctx.idle());
}

TEST_CASE("import() takes a namespace with then for a promise, as ECMAScript does",
          "[api][module][misuse][M9]") {
  auto ctx = context_with({{"then.mjs", "export function then(done) { done('from then') }"},
                           {"throws.mjs", "export function then() { throw 'by then' }"},
                           {"never.mjs", "export function then() {}"}});
  CHECK(value_of(ctx.run("import('./then.mjs')")).as<std::string>() == "from then");
  CHECK(value_of(ctx.run("import('./throws.mjs').catch(e => e)")).as<std::string>() == "by then");
  CHECK(error_of(ctx.run("import('./never.mjs')",
                         {.timeout = 20ms, .timeout_covers = timeout_scope::evaluation}))
          .code
        == errc::deadline_exceeded);
  value_of(ctx.idle());
}

TEST_CASE("a namespace is a result like others", "[api][module][misuse]") {
  auto ctx = context_with({{"a.mjs", "export const n = 1; export default { deep: [2] };"},
                           {"f.mjs", "export const f = () => 1;"},
                           {"tdz.mjs", "export * as me from './tdz.mjs'; export const n = 1;"
                                       "globalThis.early = await import('./inner.mjs');"},
                           {"inner.mjs", "import * as t from './tdz.mjs'; export { t };"}});
  CHECK(value_of(ctx.run("import('./a.mjs')"))["default"]["deep"][0].as<int>() == 2);
  CHECK(value_of(ctx.run("import('./a.mjs')", {.take = take_as::reference}))
          .is(value_kind::reference));
  CHECK(value_of(ctx.run("import('./f.mjs')"))["f"].is(value_kind::reference));
  static_cast<void>(answer_of(ctx.import("tdz.mjs", {.timeout = 100ms})));
  check_usable(ctx);
}

TEST_CASE("a module may export its own namespace", "[api][module][misuse]") {
  auto ctx = context_with({{"me.mjs", "import * as me from './me.mjs'; export { me };"
                                      "export const inside = { me };"}});
  auto exports = value_of(ctx.import("me.mjs"));
  CHECK(exports["me"].is(value_kind::reference));
  check_usable(ctx);
}

// -- loaders ---------------------------------------------------------------------------------

TEST_CASE("a loader that forgets its promise fails the import", "[api][module][misuse][A3]") {
  auto loader = std::make_shared<silent_loader>();
  auto ctx = new_context({.loader = loader});
  auto waiting = ctx.import("x");
  loader->wait_for(1);
  loader->take().clear();
  CHECK(error_of(std::move(waiting)).code == errc::broken_promise);
}

TEST_CASE("a loader may answer when its context, and its runtime, are gone",
          "[api][module][misuse][A3]") {
  auto loader = std::make_shared<silent_loader>();
  std::weak_ptr<module_loader> watched = loader;
  std::vector<promise<module_source>> owed;
  {
    runtime rt;
    auto first = value_of(rt.spawn({.loader = loader}));
    auto second = value_of(rt.spawn({.loader = loader}));
    auto one = first.import("x");
    auto two = second.import("x");
    loader->wait_for(2);
    value_of(first.close(close_mode::now));
    CHECK(error_of(std::move(one)).code == errc::context_closed);
    owed = loader->take();
    owed.front().set(module_source{"x", ""});
    owed.front().set(module_source{"x", ""}); // and once more
    first = {};
    second = {};
    static_cast<void>(answer_of(std::move(two)));
  }
  for (auto& each : owed)
    each.set(module_source{"x", ""});
  CHECK(loader.use_count() == 1);
  loader = nullptr;
  CHECK(watched.expired());
}

TEST_CASE("a second answer of a loader changes nothing", "[api][module][misuse][A3]") {
  auto loader = std::make_shared<silent_loader>();
  auto ctx = new_context({.loader = loader});
  auto waiting = ctx.import("x");
  loader->wait_for(1);
  auto owed = loader->take();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&owed, i] {
      owed.front().set(module_source{"x", "export default " + std::to_string(i)});
    });
  threads.clear();
  auto got = value_of(std::move(waiting))["default"].as<int>();
  CHECK(got >= 0);
  CHECK(value_of(ctx.import("x"))["default"].as<int>() == got);
}

TEST_CASE("a loader that blocks holds up its import, not its context",
          "[api][module][misuse][A3]") {
  std::latch go{1};
  {
    runtime rt;
    auto loader = std::make_shared<function_loader>([&](module_request) {
      go.wait();
      return ready<module_source>(module_source{"x", "export default 1;"});
    });
    auto ctx = value_of(rt.spawn({.loader = loader}));
    auto waiting = ctx.import("x");
    CHECK(value_of(ctx.run("40 + 2")).as<int>() == 42);
    CHECK(error_of(ctx.import("y", {.timeout = 20ms})).code == errc::deadline_exceeded);
    go.count_down();
    CHECK(value_of(std::move(waiting))["default"].as<int>() == 1);
  }
}

TEST_CASE("a loader that waits for its own runtime is told that it would wait for ever",
          "[api][module][misuse][A3]") {
  context* used = nullptr;
  std::atomic<int> told{0};
  auto ask = [&] {
    auto outcome = used->run("new Promise(() => {})").get(); // never there already
    if (!outcome && outcome.error().code == errc::would_deadlock)
      ++told;
  };
  auto loader = std::make_shared<function_loader>(
    [&](module_request) {
      ask();
      return ready<module_source>(module_source{"x", "export default 1;"});
    },
    [&](const module_request&) -> std::optional<result<module_source>> {
      ask();
      return std::nullopt;
    });
  auto ctx = new_context({.loader = loader});
  used = &ctx;
  CHECK(value_of(ctx.import("x"))["default"].as<int>() == 1);
  CHECK(told == 2);
}

TEST_CASE("the time to load counts for each import by itself", "[api][module][misuse][A9]") {
  auto loader = std::make_shared<silent_loader>();
  auto ctx = new_context({.loader = loader, .modules = {.load_time = 150ms}});
  auto first = ctx.import("x");
  loader->wait_for(1);
  static_cast<void>(first.wait_for(100ms));
  auto second = ctx.import("x");
  CHECK(error_of(std::move(first)).code == errc::module_limit_exceeded);
  loader->wait_for(2); // asked again, for the second
  for (auto& each : loader->take())
    each.set(module_source{"x", "export default 1;"});
  CHECK(value_of(std::move(second))["default"].as<int>() == 1);
}

// -- resolvers --------------------------------------------------------------------------------

TEST_CASE("modules of contexts that are gone cannot be linked with",
          "[api][module][misuse][M3]") {
  auto ctx = new_context();
  vm_module gone;
  {
    auto other = new_context();
    gone = value_of(other.compile_module("", {.identifier = "gone"})).share();
    value_of(other.close());
  }
  auto stale = value_of(ctx.compile_module(""));
  value_of(ctx.reset());
  auto m = value_of(ctx.compile_module("import 'x';"));
  CHECK(error_of(m.link([&](module_request) { return ready<vm_module>(gone.share()); })).code
        == errc::module_different_context);
  CHECK(error_of(m.link([&](module_request) { return ready<vm_module>(stale.share()); })).code
        == errc::stale_reference);
  CHECK(error_of(m.link([&](module_request) { return ready<vm_module>(vm_module{}); })).code
        == errc::not_a_module);
  CHECK(value_of(m.status()) == module_status::unlinked);
}

TEST_CASE("two links that overlap agree on the modules they share", "[api][module][misuse][M3]") {
  auto ctx = new_context();
  auto one = value_of(ctx.compile_module("export default 1;", {.identifier = "one"}));
  auto two = value_of(ctx.compile_module("export default 2;", {.identifier = "two"}));
  auto shared =
    value_of(ctx.compile_module("export { default } from 'x';", {.identifier = "shared"}));
  auto left = value_of(ctx.compile_module("export { default } from 'shared';"));
  auto right = value_of(ctx.compile_module("export { default } from 'shared';"));
  // Both ask for shared's x before either is answered.
  std::mutex mutex;
  std::vector<promise<vm_module>> open;
  std::latch both{2};
  auto resolver = [&](module_request request) {
    if (request.specifier == "shared")
      return ready<vm_module>(shared.share());
    std::lock_guard guard{mutex};
    auto answer = open.emplace_back().get_future();
    both.count_down();
    return answer;
  };
  auto first = left.link(resolver);
  auto second = right.link(resolver);
  both.wait();
  open[0].set(one.share());
  open[1].set(two.share());
  value_of(std::move(first));
  value_of(std::move(second));
  value_of(left.evaluate());
  value_of(right.evaluate());
  auto seen = value_of(left.get("default")).as<int>();
  CHECK((seen == 1 || seen == 2));
  CHECK(value_of(right.get("default")).as<int>() == seen);
}

TEST_CASE("a link that was cancelled may be begun again", "[api][module][misuse][M3]") {
  auto ctx = new_context();
  auto m = value_of(ctx.compile_module("import 'x';"));
  auto never = [](module_request) { return promise<vm_module>{}.get_future(); };
  std::vector<promise<vm_module>> open;
  std::latch asked{1};
  auto waiting = m.link([&](module_request) {
    auto answer = open.emplace_back().get_future();
    asked.count_down();
    return answer;
  });
  asked.wait();
  CHECK(value_of(m.status()) == module_status::linking);
  CHECK(error_of(m.link(never)).code == errc::module_already_linked);
  waiting.cancel();
  CHECK(error_of(std::move(waiting)).code == errc::cancelled);
  CHECK(value_of(m.status()) == module_status::unlinked);
  auto x = value_of(ctx.compile_module(""));
  value_of(m.link([&](module_request) { return ready<vm_module>(x.share()); }));
  CHECK(value_of(m.status()) == module_status::linked);
}

// -- depth ------------------------------------------------------------------------------------

namespace {

/// How each module of a chain imports the next.
const std::vector<std::string> chain_links{
  "import './N.mjs';", "export * from './N.mjs';", "export { v } from './N.mjs';",
  "import { v as w } from './N.mjs'; export const v = await w;",
  "import * as n from './N.mjs'; export { n as v };"};

/// A chain; `flat`: the first module imports all others, the last one first, so that none is
/// far from it, but the names lead through all.
std::shared_ptr<module_loader> chain(std::string link, std::size_t length, bool ring, bool flat) {
  return make_loader([=](const module_request& request) -> result<module_source> {
    auto name = request.specifier.substr(2);
    auto n = std::stoul(name);
    std::string code;
    if (n == 0 && flat) {
      for (auto i = length; i > 1; --i)
        code += "import './" + std::to_string(i - 1) + ".mjs';";
      code +=
        link.starts_with("import './") ? "import './1.mjs';" : "import { v } from './1.mjs';";
    } else if (n + 1 < length || ring) {
      auto next = std::to_string((n + 1) % length);
      code = link;
      code.replace(code.find('N'), 1, next);
    } else {
      code = "export const v = 1;";
    }
    return module_source{name, std::move(code)};
  });
}

} // namespace

TEST_CASE("a chain of a thousand modules works, however they import",
          "[api][module][depth][A9]") {
  auto link = GENERATE(Catch::Generators::from_range(chain_links));
  CAPTURE(link);
  auto ctx = new_context({.loader = chain(link, 1000, false, false)});
  value_of(ctx.import("./0.mjs"));
  check_usable(ctx);
}

TEST_CASE("graphs as deep as may be are linked or refused, and end nobody's process",
          "[api][module][depth][A9]") {
  auto link = GENERATE(Catch::Generators::from_range(chain_links));
  bool small = GENERATE(false, true); // the default stack, the smallest
  auto length = small ? GENERATE(std::size_t{130}, std::size_t{136}, std::size_t{137})
                      : GENERATE(std::size_t{2000}, std::size_t{2001}, std::size_t{15'000});
  bool flat = GENERATE(false, true);
  bool ring = GENERATE(false, true) && !flat && link == chain_links[0];
  CAPTURE(link, small, length, flat, ring);
  context_options options{.loader = chain(link, length, ring, flat)};
  if (small)
    options.stack_kib = 64;
  auto ctx = new_context(std::move(options));
  auto outcome = answer_of(ctx.import("./0.mjs"));
  CHECK(outcome.has_value() == (length <= (small ? 136U : 2000U)));
  if (!outcome)
    CHECK(outcome.error().code == errc::module_limit_exceeded);
  check_usable(ctx);
}

TEST_CASE("no depth that may be is too deep for the smallest stack", "[api][module][depth][A9]") {
  for (std::size_t length = 1; length <= 136; ++length) {
    CAPTURE(length);
    auto ctx =
      new_context({.stack_kib = 64, .loader = chain(chain_links[3], length, false, false)});
    value_of(ctx.import("./0.mjs"));
  }
}
