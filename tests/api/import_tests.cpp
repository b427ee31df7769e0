// context::import, import() and import.meta: M9, S5, C7, A3.

#include "tests/api/helpers.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <set>

using namespace troupe;
using namespace troupe::testing;

namespace {

std::shared_ptr<memory_loader> modules(memory_loader::sources sources) {
  return std::make_shared<memory_loader>(std::move(sources));
}

context context_with(memory_loader::sources sources, context_options options = {}) {
  options.loader = modules(std::move(sources));
  return new_context(std::move(options));
}

/// Answers when the test says so.
class slow_loader final : public module_loader {
public:
  explicit slow_loader(memory_loader::sources sources) : known_(std::move(sources)) {
  }

  future<module_source> load(module_request request) override {
    std::lock_guard guard{mutex_};
    asked_.push_back(request.specifier);
    auto& waiting = open_.emplace_back(std::move(request), promise<module_source>{});
    auto answer = waiting.second.get_future();
    ++asked_count;
    asked_count.notify_all();
    return answer;
  }

  /// Waits until so many were asked for in all.
  void wait_for(unsigned count) {
    for (auto seen = asked_count.load(); seen < count; seen = asked_count.load())
      asked_count.wait(seen);
  }

  void answer_all() {
    std::vector<std::pair<module_request, promise<module_source>>> open;
    {
      std::lock_guard guard{mutex_};
      open.swap(open_);
    }
    for (auto& [request, answer] : open) {
      auto found = known_.find(request);
      answer.set(**std::move(found));
    }
  }

  [[nodiscard]] std::vector<std::string> asked() {
    std::lock_guard guard{mutex_};
    return asked_;
  }

  std::atomic<unsigned> asked_count{0};

private:
  memory_loader known_;
  std::mutex mutex_;
  std::vector<std::string> asked_;
  std::vector<std::pair<module_request, promise<module_source>>> open_;
};

} // namespace

TEST_CASE("an import gives the exports of a module", "[api][module][import][M9]") {
  auto ctx = context_with({{"main.mjs", "import { two } from './lib/two.mjs';"
                                        "export const four = two + two; export default 'main';"},
                           {"lib/two.mjs", "export const two = 2;"}});
  auto exports = value_of(ctx.import("main.mjs"));
  CHECK(exports["four"].as<int>() == 4);
  CHECK(exports["default"].as<std::string>() == "main");
  CHECK(exports.size() == 2);
}

TEST_CASE("exported functions come as references", "[api][module][import][A7]") {
  auto ctx = context_with({{"main.mjs", "let n = 0; export const add = by => n += by;"
                                        "export const holder = { method() {} };"}});
  auto exports = value_of(ctx.import("main.mjs"));
  auto add = exports["add"].as<function>();
  CHECK(value_of(add(2)).as<int>() == 2);
  CHECK(value_of(add(3)).as<int>() == 5);
  CHECK(exports["holder"].is(value_kind::reference));
}

TEST_CASE("a module is evaluated once, however often it is imported",
          "[api][module][import][A3]") {
  auto ctx = context_with({{"a.mjs", "import './count.mjs'; import './b.mjs';"},
                           {"b.mjs", "import './count.mjs';"},
                           {"count.mjs", "globalThis.count = (globalThis.count ?? 0) + 1;"}});
  value_of(ctx.import("a.mjs"));
  value_of(ctx.import("b.mjs"));
  value_of(ctx.run("import('./count.mjs')", {.take = take_as::nothing}));
  CHECK(value_of(ctx.get("count")).as<int>() == 1);
}

TEST_CASE("modules of a cycle see each other's live bindings", "[api][module][import][M3]") {
  auto ctx = context_with(
    {{"even.mjs", "import { odd } from './odd.mjs';"
                  "export const even = n => n === 0 || odd(n - 1);"},
     {"odd.mjs", "import { even } from './even.mjs';"
                 "export const odd = n => n !== 0 && even(n - 1);"},
     {"main.mjs", "import { even } from './even.mjs'; export const yes = even(10);"}});
  CHECK(value_of(ctx.import("main.mjs"))["yes"].as<bool>());
}

TEST_CASE("a module may import itself", "[api][module][import]") {
  auto ctx =
    context_with({{"self.mjs", "import * as me from './self.mjs'; export let n = 3;"
                               "export const same = () => me.n; export const seen = same();"}});
  CHECK(value_of(ctx.import("self.mjs"))["seen"].as<int>() == 3);
}

TEST_CASE("an import waits for top-level await anywhere in the graph",
          "[api][module][import][M5]") {
  auto ctx =
    context_with({{"main.mjs", "import { late } from './late.mjs'; export default late;"},
                  {"late.mjs", "export const late = await new Promise("
                               "done => setTimeout(done, 5, 'late'));"}},
                 {.timers = true});
  auto waiting = ctx.import("main.mjs");
  CHECK(value_of(ctx.run("1 + 1")).as<int>() == 2); // other requests go on
  CHECK(value_of(std::move(waiting))["default"].as<std::string>() == "late");
}

TEST_CASE("a namespace that exports then is no promise", "[api][module][import]") {
  auto ctx = context_with({{"then.mjs", "export function then(done) { done(1); }"}});
  CHECK(value_of(ctx.import("then.mjs"))["then"].is(value_kind::reference));
}

// -- import() -------------------------------------------------------------------------

TEST_CASE("scripts import with their file name as referrer", "[api][module][import][S5][C7]") {
  auto ctx = context_with({{"lib/a.mjs", "export default 'a';"}});
  CHECK(value_of(ctx.run("import('./a.mjs').then(m => m.default)", {}, {.filename = "lib/x.js"}))
          .as<std::string>()
        == "a");
}

TEST_CASE("evaluated code and compiled functions import too", "[api][module][import][S5][F1]") {
  auto ctx = context_with({{"a.mjs", "export default 'a';"}});
  auto how =
    GENERATE(as<std::string>{}, "eval(\"import('./a.mjs')\")", "(0, eval)(\"import('./a.mjs')\")",
             "new Function(\"return import('./a.mjs')\")()");
  CHECK(value_of(ctx.run(how + ".then(m => m.default)")).as<std::string>() == "a");
  auto importer = value_of(ctx.compile_function("return import('./a.mjs').then(m => m.default)"));
  CHECK(value_of(importer()).as<std::string>() == "a");
}

TEST_CASE("modules import dynamically with their identifier as referrer",
          "[api][module][import][M9]") {
  auto ctx = context_with({{"lib/a.mjs", "export default (await import('./b.mjs')).default;"},
                           {"lib/b.mjs", "export default 'b';"}});
  CHECK(value_of(ctx.import("lib/a.mjs"))["default"].as<std::string>() == "b");
}

TEST_CASE("import() evaluates the module after the running code", "[api][module][import]") {
  auto ctx = context_with({{"a.mjs", "order.push('module');"}});
  CHECK(value_of(ctx.run("globalThis.order = [];"
                         "const done = import('./a.mjs').then(() => order.join());"
                         "order.push('script'); done"))
          .as<std::string>()
        == "script,module");
}

TEST_CASE("import() without a loader is rejected", "[api][module][import][S5]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("import('x').catch(e => e.code + ' ' + (e instanceof TypeError))"))
          .as<std::string>()
        == "ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING true");
  CHECK(error_of(ctx.import("x")).code == errc::dynamic_import_unavailable);
}

TEST_CASE("import() of a module that fails is rejected with what it has thrown, each time",
          "[api][module][import][M5]") {
  auto ctx = context_with({{"bad.mjs", "globalThis.runs = (globalThis.runs ?? 0) + 1;"
                                       "throw new RangeError('no');"}});
  CHECK(value_of(ctx.run("(async () => { const seen = [];"
                         "for (let i = 0; i < 2; ++i) try { await import('./bad.mjs') }"
                         "catch (e) { seen.push(e) }"
                         "return seen[0] === seen[1] && seen[0] instanceof RangeError })()"))
          .as<bool>());
  CHECK(value_of(ctx.get("runs")).as<int>() == 1);
  auto told = error_of(ctx.import("./bad.mjs"));
  CHECK(told.code == errc::uncaught_exception);
  CHECK(told.message == "RangeError: no");
}

// -- import.meta ----------------------------------------------------------------------

TEST_CASE("import.meta has the module's URL", "[api][module][import][M9]") {
  auto ctx = context_with(
    {{"file:///app/a%20b/m.mjs", "export const { url, filename, dirname } = import.meta;"},
     {"plain", "export const meta = { ...import.meta };"}});
  auto exports = value_of(ctx.import("file:///app/a%20b/m.mjs"));
  CHECK(exports["url"].as<std::string>() == "file:///app/a%20b/m.mjs");
  CHECK(exports["filename"].as<std::string>() == "/app/a b/m.mjs");
  CHECK(exports["dirname"].as<std::string>() == "/app/a b");
  auto meta = value_of(ctx.import("plain"))["meta"];
  CHECK(meta["url"].as<std::string>() == "plain");
  CHECK(meta.size() == 1);
}

// -- kinds of modules -----------------------------------------------------------------

TEST_CASE("JSON, text and bytes are modules with a default export", "[api][module][M2][M9]") {
  auto ctx = context_with({{"data.json", R"({"n": [1, 2]})"},
                           {"note.txt", "grüße"},
                           {"main.mjs", "import data from './data.json' with { type: 'json' };"
                                        "import note from './note.txt' with { type: 'text' };"
                                        "export const n = data.n[1]; export { note };"}});
  auto exports = value_of(ctx.import("main.mjs"));
  CHECK(exports["n"].as<int>() == 2);
  CHECK(exports["note"].as<std::string>() == "grüße");
}

TEST_CASE("broken JSON is a syntax error that names the module", "[api][module][M2]") {
  auto ctx = context_with({{"data.json", "{ nope }"}});
  auto told = error_of(
    ctx.import(module_request{.specifier = "data.json", .attributes = {{"type", "json"}}}));
  CHECK(told.code == errc::syntax_error);
  CHECK(told.message.find("data.json") != std::string::npos);
}

TEST_CASE("attributes that nobody knows are refused", "[api][module][M9]") {
  auto ctx = context_with({{"a.mjs", "export default 1;"}});
  CHECK(value_of(ctx.run("import('./a.mjs', { with: { colour: 'red' } }).catch(e => e.code)"))
          .as<std::string>()
        == "ERR_IMPORT_ATTRIBUTE_UNSUPPORTED");
  CHECK(value_of(ctx.run("import('./a.mjs', { with: { type: 'json' } }).catch(e => e.code)"))
          .as<std::string>()
        == "ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE");
}

TEST_CASE("a loader may give modules made in C++", "[api][module][M2][A7]") {
  auto loader = std::make_shared<memory_loader>();
  loader->add("main.mjs", "import twice, { name } from 'host:maths';"
                          "export default name + twice(21);");
  loader->add(module_source{
    "host:maths", {{"default", host_function([](int n) { return 2 * n; })}, {"name", "twice "}}});
  auto ctx = new_context({.loader = loader});
  CHECK(value_of(ctx.import("main.mjs"))["default"].as<std::string>() == "twice 42");
  // Each realm has its own.
  auto other = new_context({.loader = loader});
  CHECK(value_of(other.import("main.mjs"))["default"].as<std::string>() == "twice 42");
}

namespace {

// (module (import "./env.mjs" "inc" (func (param i32) (result i32)))
//         (global (export "answer") i32 (i32.const 42))
//         (func (export "plus two") (param i32) (result i32) local.get 0 call 0 call 0))
std::string wasm_bytes() {
  static constexpr unsigned char bytes[]{
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,                              //
    0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f,                              // type
    0x02, 0x11, 0x01, 0x09, '.',  '/',  'e',  'n',  'v',  '.',  'm',  'j',  's', // import
    0x03, 'i',  'n',  'c',  0x00, 0x00,                                          //
    0x03, 0x02, 0x01, 0x00,                                                      // function
    0x06, 0x06, 0x01, 0x7f, 0x00, 0x41, 0x2a, 0x0b,                              // global
    0x07, 0x15, 0x02, 0x06, 'a',  'n',  's',  'w',  'e',  'r',  0x03, 0x00,      // exports
    0x08, 'p',  'l',  'u',  's',  ' ',  't',  'w',  'o',  0x00, 0x01,            //
    0x0a, 0x0a, 0x01, 0x08, 0x00, 0x20, 0x00, 0x10, 0x00, 0x10, 0x00, 0x0b};
  return {reinterpret_cast<const char*>(bytes), sizeof bytes};
}

} // namespace

TEST_CASE("WebAssembly is imported like a module", "[api][module][M9]") {
  auto loader =
    modules({{"env.mjs", "export const inc = n => n + 1;"},
             {"main.mjs", "import { answer, 'plus two' as plus } from './x.wasm';"
                          "import source code from './x.wasm';"
                          "export const sum = plus(answer);"
                          "export const isModule = code instanceof WebAssembly.Module;"}});
  loader->add(module_source{"x.wasm", wasm_bytes(), module_kind::wasm});
  auto ctx = new_context({.loader = loader});
  // What a script has done to the intrinsics changes nothing.
  value_of(ctx.run("const M = WebAssembly.Module; WebAssembly.Instance = 1;"
                   "WebAssembly.Module.exports = 1; 0"));
  auto exports = value_of(ctx.import("main.mjs"));
  CHECK(exports["sum"].as<int>() == 44);
  CHECK(exports["isModule"].as<bool>());
}

TEST_CASE("a context that may not compile WebAssembly imports none", "[api][module][C5]") {
  auto loader = std::make_shared<memory_loader>();
  loader->add(module_source{"x.wasm", wasm_bytes(), module_kind::wasm});
  auto ctx = new_context({.code_generation = {.wasm = false}, .loader = loader});
  CHECK(error_of(ctx.import("x.wasm")).message.starts_with("CompileError"));
}

TEST_CASE("JavaScript has no source phase", "[api][module][M9]") {
  auto ctx = context_with({{"a.mjs", "export default 1;"}});
  auto told =
    error_of(ctx.import(module_request{.specifier = "a.mjs", .phase = import_phase::source}));
  CHECK(told.code == errc::syntax_error);
  CHECK(value_of(ctx.run("import.source('./a.mjs').catch(e => e instanceof SyntaxError)"))
          .as<bool>());
}

// -- errors -------------------------------------------------------------------------------

TEST_CASE("a module that is not found is told with the chain that led there",
          "[api][module][import][M3]") {
  auto ctx = context_with({{"main.mjs", "import './a.mjs';"},
                           {"a.mjs", "import './b.mjs';"},
                           {"b.mjs", "import 'gone';"}});
  auto told = error_of(ctx.import("main.mjs"));
  CHECK(told.code == errc::module_not_found);
  CHECK(told.message.find("gone") != std::string::npos);
  CHECK(told.message.find("imported from b.mjs\n  imported from a.mjs\n  imported from main.mjs")
        != std::string::npos);
  // To a script it is an Error with that code.
  CHECK(value_of(ctx.run("import('./main.mjs').catch(e => e.code)")).as<std::string>()
        == "ERR_MODULE_NOT_FOUND");
}

TEST_CASE("a module that does not parse is told with its position", "[api][module][import]") {
  auto ctx = context_with(
    {{"main.mjs", "import './bad.mjs';"}, {"bad.mjs", "export let a;\nlet x = ;\n"}});
  auto told = error_of(ctx.import("main.mjs"));
  CHECK(told.code == errc::syntax_error);
  REQUIRE(told.position);
  CHECK(told.position->filename == "bad.mjs");
  CHECK(told.position->line == 2);
  CHECK(told.stack.find("imported from main.mjs") != std::string::npos);
}

TEST_CASE("an import that is not exported is a link failure that says where",
          "[api][module][import][M3]") {
  auto ctx = context_with(
    {{"main.mjs", "import { nope } from './a.mjs';"}, {"a.mjs", "export const yes = 1;"}});
  auto told = error_of(ctx.import("main.mjs"));
  CHECK(told.code == errc::module_link_failed);
  CHECK(told.message.find("nope") != std::string::npos);
  REQUIRE(told.position);
  CHECK(told.position->filename == "main.mjs");
}

TEST_CASE("what failed may be imported again once it is there", "[api][module][import]") {
  auto loader = modules({{"main.mjs", "import './late.mjs'; export default 1;"}});
  auto ctx = new_context({.loader = loader});
  CHECK(error_of(ctx.import("main.mjs")).code == errc::module_not_found);
  loader->add("late.mjs", "");
  CHECK(value_of(ctx.import("main.mjs"))["default"].as<int>() == 1);
}

// -- loaders that take their time ----------------------------------------------------------

TEST_CASE("a linker asks for what a module imports all at once, each only once",
          "[api][module][linker][A3]") {
  auto loader = std::make_shared<slow_loader>(
    memory_loader::sources{{"main.mjs", "import './a.mjs'; import './b.mjs'; import './a.mjs';"},
                           {"a.mjs", "import './c.mjs'; export default 1;"},
                           {"b.mjs", "import './c.mjs';"},
                           {"c.mjs", ""}});
  auto ctx = new_context({.loader = loader});
  auto waiting = ctx.import("main.mjs");
  loader->wait_for(1);
  loader->answer_all();
  loader->wait_for(3);
  CHECK(value_of(ctx.run("'it answers meanwhile'")).is(value_kind::string));
  loader->answer_all();
  loader->wait_for(5); // c.mjs by two referrers
  loader->answer_all();
  value_of(std::move(waiting));
  CHECK(loader->asked()
        == std::vector<std::string>{"main.mjs", "./a.mjs", "./b.mjs", "./c.mjs", "./c.mjs"});
}

TEST_CASE("imports that overlap share what is on its way", "[api][module][linker][A3]") {
  auto loader =
    std::make_shared<slow_loader>(memory_loader::sources{{"a.mjs", "export default 7;"}});
  auto ctx = new_context({.loader = loader});
  auto first = ctx.import("a.mjs");
  auto second = ctx.import("a.mjs");
  loader->wait_for(1);
  value_of(ctx.run("0")); // both have been asked for
  first.cancel();
  CHECK(error_of(std::move(first)).code == errc::cancelled);
  value_of(ctx.run("0"));
  // What the second waits for was asked by the linker of the first.
  loader->answer_all();
  auto give_up = std::chrono::steady_clock::now() + patience;
  while (!second.ready() && std::chrono::steady_clock::now() < give_up) {
    static_cast<void>(second.wait_for(1ms));
    loader->answer_all();
  }
  CHECK(value_of(std::move(second))["default"].as<int>() == 7);
}

TEST_CASE("a loader that never answers is ended by the timeout", "[api][module][linker][A9]") {
  auto loader = std::make_shared<slow_loader>(memory_loader::sources{});
  auto ctx = new_context({.loader = loader});
  CHECK(error_of(ctx.import("never.mjs", {.timeout = 20ms})).code == errc::deadline_exceeded);
  check_usable(ctx);
}

TEST_CASE("the time to load a graph is limited", "[api][module][linker][A9]") {
  auto loader = std::make_shared<slow_loader>(memory_loader::sources{});
  auto ctx = new_context({.loader = loader, .modules = {.load_time = 20ms}});
  CHECK(error_of(ctx.import("never.mjs")).code == errc::module_limit_exceeded);
  check_usable(ctx);
}

TEST_CASE("a context that ends answers its imports", "[api][module][linker]") {
  auto loader = std::make_shared<slow_loader>(memory_loader::sources{});
  auto ctx = new_context({.loader = loader});
  auto waiting = ctx.import("never.mjs");
  loader->wait_for(1);
  value_of(ctx.close(close_mode::now));
  CHECK(error_of(std::move(waiting)).code == errc::context_closed);
}

TEST_CASE("a reset ends what is being imported", "[api][module][linker][C10]") {
  auto loader = std::make_shared<slow_loader>(memory_loader::sources{{"a.mjs", ""}});
  auto ctx = new_context({.loader = loader});
  auto waiting = ctx.import("a.mjs");
  loader->wait_for(1);
  value_of(ctx.reset());
  CHECK(error_of(std::move(waiting)).code == errc::context_reset);
  loader->answer_all(); // finds nobody
  auto again = ctx.import("a.mjs");
  loader->wait_for(2);
  loader->answer_all();
  value_of(std::move(again));
}

TEST_CASE("an exception of a loader fails the import", "[api][module][linker]") {
  auto loader = std::make_shared<function_loader>([](module_request) -> future<module_source> {
    throw std::runtime_error{"the disk is on fire"};
  });
  auto ctx = new_context({.loader = loader});
  auto told = error_of(ctx.import("x"));
  CHECK(told.code == errc::host_exception);
  CHECK(told.message.starts_with("the disk is on fire"));
}

TEST_CASE("no more requests are with the loader at a time than allowed",
          "[api][module][linker][A9]") {
  std::string main;
  memory_loader::sources sources;
  for (int i = 0; i < 20; ++i) {
    main += "import './" + std::to_string(i) + ".mjs';";
    sources.emplace(std::to_string(i) + ".mjs", "");
  }
  sources.emplace("main.mjs", main);
  auto loader = std::make_shared<slow_loader>(std::move(sources));
  auto ctx = new_context({.loader = loader, .modules = {.concurrency_max = 3}});
  auto waiting = ctx.import("main.mjs");
  loader->wait_for(1);
  loader->answer_all();
  for (unsigned asked = 4; asked <= 21; asked += 3) {
    loader->wait_for(std::min(asked, 21u));
    CHECK(loader->asked().size() == std::min(asked, 21u));
    loader->answer_all();
  }
  loader->wait_for(21);
  loader->answer_all();
  value_of(std::move(waiting));
}

// -- limits -----------------------------------------------------------------------------

TEST_CASE("a graph may be as large and deep as its limits say", "[api][module][A9]") {
  auto chain = make_loader([](module_request request) {
    auto n = std::stoi(request.specifier);
    return module_source{request.specifier, "import '" + std::to_string(n + 1) + "';"};
  });
  SECTION("modules") {
    auto ctx = new_context({.loader = chain, .modules = {.modules_max = 50}});
    CHECK(error_of(ctx.import("0")).code == errc::module_limit_exceeded);
    check_usable(ctx);
  }
  SECTION("depth") {
    auto ctx = new_context({.loader = chain, .modules = {.depth_max = 50}});
    auto told = error_of(ctx.import("0"));
    CHECK(told.code == errc::module_limit_exceeded);
    CHECK(told.message.find("50 modules deep") != std::string::npos);
    check_usable(ctx);
  }
  SECTION("source") {
    auto big = make_loader([](module_request request) {
      return module_source{request.specifier, std::string(2 << 20, ' ')};
    });
    auto ctx = new_context({.loader = big, .modules = {.source_mib_max = 3}});
    value_of(ctx.import("0"));
    CHECK(error_of(ctx.import("1")).code == errc::module_limit_exceeded);
  }
}

TEST_CASE("a module that loops is stopped at the deadline of its import",
          "[api][module][import][A9]") {
  auto ctx = context_with({{"loop.mjs", "for (;;);"}, {"good.mjs", "export default 1;"}});
  CHECK(error_of(ctx.import("loop.mjs", {.timeout = 20ms})).code == errc::deadline_exceeded);
  CHECK(value_of(ctx.import("good.mjs"))["default"].as<int>() == 1);
}

TEST_CASE("a top-level await that never ends is ended by the timeout",
          "[api][module][import][A9]") {
  auto ctx = context_with({{"wait.mjs", "await new Promise(() => {});"}});
  CHECK(error_of(ctx.import("wait.mjs", {.timeout = 20ms})).code == errc::deadline_exceeded);
  check_usable(ctx);
}

// -- hot replacement ------------------------------------------------------------------------

TEST_CASE("a reload serves the new sources once they are evaluated", "[api][module][reload]") {
  auto loader = modules({{"main.mjs", "globalThis.version = 1; export default 1;"}});
  auto ctx = new_context({.name = "reloaded", .globals = {{"given", 7}}, .loader = loader});
  value_of(ctx.import("main.mjs"));
  value_of(ctx.run("var left = 1; 0"));
  auto ended = ctx.exited();
  loader->add("main.mjs", "globalThis.version = 2; export default 2;");
  CHECK(value_of(ctx.reload("main.mjs"))["default"].as<int>() == 2);
  CHECK(value_of(ctx.run("[version, typeof left, given].join()")).as<std::string>()
        == "2,undefined,7");
  CHECK(ctx.name() == "reloaded");
  CHECK_FALSE(ended.ready());
  CHECK(value_of(ctx.close()).name == "reloaded");
  value_of(std::move(ended));
}

TEST_CASE("a reload that fails changes nothing", "[api][module][reload]") {
  auto loader = modules({{"main.mjs", "globalThis.version = 1;"}});
  auto ctx = new_context({.loader = loader});
  value_of(ctx.import("main.mjs"));
  for (const char* broken : {"let x = ;", "throw 1;", "import 'gone';", "for (;;);"}) {
    loader->add("main.mjs", broken);
    error_of(ctx.reload("main.mjs", {.timeout = 50ms}));
    CHECK(value_of(ctx.get("version")).as<int>() == 1);
  }
}

TEST_CASE("during a reload the old one serves, and ends what it has begun",
          "[api][module][reload]") {
  auto loader = std::make_shared<slow_loader>(
    memory_loader::sources{{"main.mjs", "globalThis.version = 2;"}});
  auto ctx = new_context({.globals = {{"version", 1}}, .timers = true, .loader = loader});
  auto slow = ctx.run("new Promise(done => setTimeout(done, 30, version))");
  auto reloading = ctx.reload("main.mjs");
  loader->wait_for(1);
  CHECK(value_of(ctx.get("version")).as<int>() == 1);
  loader->answer_all();
  value_of(std::move(reloading));
  CHECK(value_of(ctx.get("version")).as<int>() == 2);
  CHECK(value_of(std::move(slow)).as<int>() == 1);
}

TEST_CASE("a close while a reload comes to its end closes whichever serves",
          "[api][module][reload][life]") {
  auto loader = modules({{"main.mjs", "export default 1;"}});
  for (int i = 0; i < 60; ++i) {
    auto ctx = new_context({.loader = loader});
    auto reloading = ctx.reload("main.mjs");
    for (int wait = 0; wait < i % 20; ++wait)
      value_of(ctx.run("0"));
    auto closed = ctx.close(i % 2 == 0 ? close_mode::now : close_mode::drain);
    REQUIRE(closed.wait_for(patience));
    REQUIRE(reloading.wait_for(patience));
    CHECK_FALSE(ctx.alive());
  }
}

TEST_CASE("who drops a context ends what it was before a reload, too", "[api][module][reload]") {
  auto ctx = context_with({{"main.mjs", "export default 1;"}});
  auto never = ctx.run("new Promise(() => {})");
  value_of(ctx.run("1"));
  value_of(ctx.reload("main.mjs"));
  { auto dropped = std::move(ctx); }
  CHECK(error_of(std::move(never)).code == errc::context_closed);
}

TEST_CASE("a close at once ends a reload under way", "[api][module][reload]") {
  auto loader = std::make_shared<slow_loader>(memory_loader::sources{{"main.mjs", ""}});
  auto ctx = new_context({.loader = loader});
  auto coming = ctx.reload("main.mjs");
  loader->wait_for(1);
  value_of(ctx.close(close_mode::now));
  CHECK(error_of(std::move(coming)).code == errc::context_closed);
}

TEST_CASE("an empty handle cannot be reloaded", "[api][module][reload]") {
  context none;
  CHECK(error_of(none.reload("x")).code == errc::no_such_context);
}

// -- the shape of a graph ---------------------------------------------------------------------

TEST_CASE("a graph tells its modules in the order of their evaluation", "[api][module][graph]") {
  auto ctx = context_with(
    {{"main.mjs",
      "import './a.mjs'; import './b.mjs'; import d from './d.json' with { type: 'json' };"},
     {"a.mjs", "import './b.mjs';"},
     {"b.mjs", "import './a.mjs'; await 0;"},
     {"d.json", "[]"}});
  auto graph = value_of(ctx.inspect_graph("main.mjs"));
  std::vector<std::string> names;
  for (const auto& each : graph.modules)
    names.push_back(each.identifier);
  CHECK(names == std::vector<std::string>{"b.mjs", "a.mjs", "d.json", "main.mjs"});
  const auto& root = graph.modules.back();
  REQUIRE(root.imports.size() == 3);
  CHECK(root.imports[0].target == 1);
  CHECK(root.imports[2].attributes == std::vector<import_attribute>{{"type", "json"}});
  CHECK(graph.modules[2].kind == module_kind::json);
  CHECK(graph.modules[0].has_top_level_await);
  CHECK(graph.modules[0].size == std::string_view{"import './a.mjs'; await 0;"}.size());
  CHECK(root.compile_time.count() > 0);
  CHECK(root.evaluate_time.count() > 0);
}

TEST_CASE("a graph that fails tells why", "[api][module][graph]") {
  auto ctx =
    context_with({{"main.mjs", "import './bad.mjs';"}, {"bad.mjs", "throw new Error('no');"}});
  CHECK(error_of(ctx.inspect_graph("main.mjs")).message == "Error: no");
  CHECK(error_of(ctx.inspect_graph("gone.mjs")).code == errc::module_not_found);
}

TEST_CASE("a module that is stopped after it has waited for another ends no process",
          "[api][module][A9][A11]") {
  memory_loader::sources sources;
  sources.emplace("mem:/waits.mjs", "await null;");
  sources.emplace("mem:/loops.mjs", "import 'mem:/waits.mjs'; for (;;);");
  runtime rt;
  auto neighbour = value_of(rt.spawn());
  auto ctx = value_of(rt.spawn({.loader = std::make_shared<memory_loader>(std::move(sources))}));
  CHECK(error_of(ctx.import("mem:/loops.mjs", {.timeout = 100ms})).code
        == errc::deadline_exceeded);
  auto ended = ctx.exited();
  REQUIRE(ended.wait_for(patience));
  CHECK(value_of(std::move(ended)).reason == errc::context_lost);
  CHECK(value_of(neighbour.run("6 * 7")) == value{42});
}

TEST_CASE("a module whose evaluation was stopped is told as lost from then on",
          "[api][module][A3]") {
  auto ctx =
    context_with({{"slow.mjs", "for (const end = Date.now() + 60000; Date.now() < end;);"},
                  {"waits.mjs", "await new Promise(done => setTimeout(done, 3600000));"},
                  {"above.mjs", "import './waits.mjs';"}},
                 {.timers = true});
  CHECK(error_of(ctx.import("slow.mjs", {.timeout = 50ms})).code == errc::deadline_exceeded);
  CHECK(error_of(
          ctx.import("waits.mjs", {.timeout = 50ms, .timeout_covers = timeout_scope::evaluation}))
          .code
        == errc::deadline_exceeded);
  for (const auto* name : {"slow.mjs", "waits.mjs", "above.mjs"}) {
    auto lost = error_of(ctx.import(name));
    CHECK(lost.code == errc::evaluation_lost);
    CHECK(lost.message.find("was stopped") != std::string::npos);
  }
}

TEST_CASE("who waits for the same modules hears when their evaluation is cancelled",
          "[api][module][A3]") {
  auto ctx = context_with(
    {{"waits.mjs", "await new Promise(done => setTimeout(done, 3600000));"}}, {.timers = true});
  auto first = ctx.import("waits.mjs");
  auto second = ctx.import("waits.mjs");
  value_of(ctx.run("1"));
  first.cancel();
  CHECK(error_of(std::move(first)).code == errc::cancelled);
  CHECK(error_of(std::move(second)).code == errc::evaluation_lost);
}

TEST_CASE("who joins an evaluation and has no time for it stops nobody", "[api][module][A3]") {
  auto ctx = context_with(
    {{"waits.mjs", "await new Promise(done => globalThis.go = done); export const z = 1;"}});
  auto first = ctx.import("waits.mjs");
  value_of(ctx.run("1"));
  CHECK(error_of(
          ctx.import("waits.mjs", {.timeout = 50ms, .timeout_covers = timeout_scope::evaluation}))
          .code
        == errc::deadline_exceeded);
  auto later = ctx.import("waits.mjs");
  value_of(ctx.run("go()"));
  CHECK(value_of(std::move(first)).to_string() == value_of(std::move(later)).to_string());
}

TEST_CASE("a cycle whose linking was stopped is linked when it is imported again",
          "[api][module][A3]") {
  constexpr int count = 800;
  auto name = [](int i) { return "m" + std::to_string(i % count) + ".mjs"; };
  memory_loader::sources sources;
  for (int i = 0; i < count; ++i)
    sources.emplace(name(i), "import './" + name(i + 1) + "'; export function f() {}");
  for (int round = 1; round <= 20; ++round) {
    auto ctx = context_with(sources);
    static_cast<void>(ctx.import(name(0), {.timeout = std::chrono::milliseconds{round}}).get());
    // Or it was stopped later, while it was evaluated.
    auto again = ctx.import(name(0)).get();
    CHECK((again || again.error().code == errc::evaluation_lost));
  }
}
