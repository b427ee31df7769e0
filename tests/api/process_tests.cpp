// `process`, files and modules of a script, as an embedder gives them.

#include "tests/api/helpers.hpp"

#include <troupe/process.hpp>
#include <troupe/troupe.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What a process has written and how it ended.
struct witness {
  std::mutex mutex;
  std::string out;
  std::vector<int> exits;

  std::shared_ptr<process_options> options() {
    auto made = std::make_shared<process_options>();
    made->argv = {"host", "main.js", "a"};
    made->env = {{"COLOUR", "blue"}};
    made->cwd = "/srv";
    made->pid = 42;
    made->write = [this](console_line::stream, std::string_view text) {
      std::lock_guard guard{mutex};
      out += text;
    };
    made->exit = [this](int status) {
      std::lock_guard guard{mutex};
      exits.push_back(status);
    };
    return made;
  }
};

constexpr builtin_set program{builtin::require, builtin::node_process, builtin::node_module,
                              builtin::node_fs, builtin::node_os};

} // namespace

TEST_CASE("a script's process is what its host says", "[api][process]") {
  witness seen;
  runtime rt;
  auto ctx = rt.spawn({.builtins = program, .process = seen.options()}).get().value();
  CHECK(ctx
          .run("JSON.stringify([process.argv, process.env.COLOUR, process.cwd(), process.pid,"
               " process.env.PATH ?? null, process.stdout.isTTY ?? null])")
          .get()
          .value()
          .as<std::string>()
        == R"([["host","main.js","a"],"blue","/srv",42,null,null])");
  CHECK(ctx.run("process.stdout.write('x'); process.stderr.write('y\\n')").get());
  CHECK(seen.out == "xy\n");
  auto refused = ctx.run("process.chdir('/')").get();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, ContainsSubstring("process.chdir() is not available"));
  CHECK_FALSE(ctx.run("process.kill(process.pid, 'SIGKILL')").get()); // EPERM
}

TEST_CASE("a context that was given no process has none", "[api][process]") {
  runtime rt;
  auto ctx = rt.spawn({.builtins = {builtin::require}}).get().value();
  CHECK(ctx.run("typeof process").get().value().as<std::string>() == "undefined");
  CHECK_FALSE(ctx.run("require('process')").get());
}

TEST_CASE("process.exit tells the host and closes the context", "[api][process]") {
  witness seen;
  runtime rt;
  auto ctx = rt.spawn({.builtins = program, .process = seen.options()}).get().value();
  auto ended = ctx.exited();
  auto answer = ctx
                  .run("process.on('exit', (code) => process.stdout.write(`exit ${code}`));"
                       "for (;;) process.exit(7)")
                  .get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::context_closed);
  auto report = ended.get();
  REQUIRE(report);
  CHECK(report->reason == errc::context_closed);
  CHECK_THAT(report->message, ContainsSubstring("process.exit(7)"));
  CHECK(seen.out == "exit 7");
  CHECK(seen.exits == std::vector{7});
}

TEST_CASE("without a function of the host for the end, errors are reported as ever",
          "[api][process]") {
  std::mutex mutex;
  std::vector<std::string> told;
  runtime rt{{.on_uncaught_error = [&](const std::string&, const error& what) {
    std::lock_guard guard{mutex};
    told.push_back(what.message);
  }}};
  auto ctx = rt.spawn({.builtins = program}).get().value();
  CHECK(ctx
          .run("process.on('unhandledRejection', (reason) => {"
               " if (reason !== 1) throw new Error(`handler ${reason}`); });"
               "Promise.reject(1); Promise.reject(2); 0")
          .get());
  CHECK(ctx
          .run("process.removeAllListeners('unhandledRejection');"
               "process.nextTick(() => { throw new Error('tick') });"
               "process.nextTick(() => { globalThis.after = true })")
          .get());
  CHECK(ctx.run("after").get().value().as<bool>());
  std::lock_guard guard{mutex};
  CHECK(told == std::vector<std::string>{"Error: handler 2", "Error: tick"});
}

TEST_CASE("without allow_files nothing reaches the file system", "[api][process]") {
  runtime rt;
  auto ctx = rt.spawn({.builtins = program}).get().value();
  for (const auto* code :
       {"require('fs').readFileSync('/etc/passwd')", "require('fs').existsSync('/')",
        "require('fs').promises.readFile('/etc/passwd')",
        "require('module').createRequire('/')('/etc/passwd')",
        "require('module').createRequire('/')('./etc')",
        "require('module').runMain('/etc/passwd'); import('/etc/passwd')"}) {
    CAPTURE(code);
    CHECK_FALSE(ctx.run(code).get());
  }
}

TEST_CASE("runMain runs a program in an embedder's context", "[api][process]") {
  witness seen;
  runtime rt;
  auto ctx =
    rt.spawn({.builtins = program, .process = seen.options(), .allow_files = true}).get().value();
  CHECK(
    ctx.run("require('module').runMain('" TROUPE_TEST_SCRIPTS "/node/order/data.cjs')").get());
  CHECK(seen.out == "ran data.cjs main\n");
}

TEST_CASE("process.stdout.write counts against the output limit", "[api][process]") {
  witness seen;
  runtime rt;
  auto ctx =
    rt.spawn({.output_limit = 10, .builtins = program, .process = seen.options()}).get().value();
  auto answer = ctx.run("for (;;) process.stdout.write('12345')").get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::output_limit_exceeded);
  CHECK(seen.out == "1234512345");
}

TEST_CASE("a context may end while files are read", "[api][process]") {
  runtime rt;
  auto ctx = rt.spawn({.builtins = program, .allow_files = true}).get().value();
  CHECK(ctx
          .run("for (let i = 0; i < 500; ++i)"
               "  require('fs').readFile('/proc/self/status', () => { globalThis.read = true; })")
          .get());
  CHECK(ctx.close(close_mode::now).get());
}

TEST_CASE("a program deals with any number of rejections itself", "[api][process]") {
  witness seen;
  runtime rt;
  auto ctx = rt.spawn({.builtins = program, .process = seen.options()}).get().value();
  CHECK(ctx
          .run("let n = 0; process.on('unhandledRejection', () => ++n);"
               "for (let i = 0; i < 1000; ++i) Promise.reject(i); 1")
          .get());
  CHECK(ctx.run("n").get().value().as<int>() == 1000);
}

TEST_CASE("rejectionHandled comes after the handler", "[api][process]") {
  witness seen;
  runtime rt;
  auto ctx = rt.spawn({.builtins = program, .process = seen.options()}).get().value();
  CHECK(ctx
          .run("var told = []; process.on('unhandledRejection', () => {});"
               "process.on('rejectionHandled', () => told.push('handled'));"
               "var rejected = Promise.reject(1); 1")
          .get());
  CHECK(ctx.run("rejected.catch(() => told.push('caught')); 1").get());
  CHECK(ctx.run("told.join()").get().value().as<std::string>() == "caught,handled");
}

TEST_CASE("what operations on files hold counts like array buffers", "[api][process][A9]") {
  runtime rt;
  auto ctx = rt.spawn({.array_buffer_limit_mib = 16, .builtins = program, .allow_files = true})
               .get()
               .value();
  auto code_of = [&](const std::string& code) {
    return ctx
      .run("(async () => { try { " + code
           + "; return 'none' } "
             "catch (e) { return e.code ?? e.name } })()")
      .get()
      .value()
      .as<std::string>();
  };
  CHECK(code_of("require('fs').readFileSync('/dev/zero')") == "ENOMEM");
  CHECK(code_of("await require('fs/promises').readFile('/dev/zero')") == "ENOMEM");
  CHECK(code_of("await require('fs/promises').writeFile('/dev/null', 'x'.repeat(2 ** 25))")
        == "RangeError");
  // Names count, too, as long as the operations wait.
  CHECK(code_of("const p = '/' + 'x'.repeat(1e6), open = []; let why;"
                "try { for (let i = 0; i < 100; ++i) { let done; open.push(new Promise((r) => "
                "{ done = r })); require('fs').access(p, done) } }"
                "catch (e) { why = e; open.pop() } await Promise.all(open); throw why")
        == "RangeError");
  // And nothing stays counted.
  CHECK(code_of("for (let i = 0; i < 100; ++i)"
                "  await require('fs/promises').writeFile('/dev/null', new Uint8Array(4 << 20))")
        == "none");
}

TEST_CASE("ticks and waiting for files have the limits of their run", "[api][process]") {
  runtime rt;
  auto ctx = rt.spawn({.builtins = program, .allow_files = true}).get().value();
  auto endless =
    ctx
      .run("(function f() { process.nextTick(f) })()", {.timeout = std::chrono::milliseconds{50}})
      .get();
  REQUIRE_FALSE(endless);
  CHECK(endless.error().code == errc::deadline_exceeded);
  auto later = ctx
                 .run("new Promise(() => require('fs').stat('/', () => { for (;;); }))",
                      {.timeout = std::chrono::milliseconds{50}})
                 .get();
  REQUIRE_FALSE(later);
  CHECK(later.error().code == errc::deadline_exceeded);
  CHECK(ctx.run("6 * 7").get().value().as<int>() == 42);
}

TEST_CASE("a reset gives a fresh process", "[api][process]") {
  witness seen;
  runtime rt;
  auto ctx =
    rt.spawn({.builtins = program, .process = seen.options(), .allow_files = true}).get().value();
  CHECK(
    ctx
      .run("process.env.COLOUR = 'red'; process.on('exit', () => {});"
           "process.nextTick(() => {}); require('fs').readFile('/proc/self/status', () => {})")
      .get());
  CHECK(ctx.reset().get());
  CHECK(
    ctx.run("process.env.COLOUR + process.listenerCount('exit')").get().value().as<std::string>()
    == "blue0");
}
