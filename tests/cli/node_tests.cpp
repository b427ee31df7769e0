// `troupe run` as a host of programs that were written for Node.

#include "tests/cli/command.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

using namespace troupe::cli::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

std::string script(const std::string& name) {
  return TROUPE_NODE_SCRIPTS "/" + name;
}

std::string content_of(const std::string& path) {
  std::ifstream file{path};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

finished run_code(const std::string& code) {
  return troupe_command({"run", "-e", code});
}

} // namespace

// -- whole programs -------------------------------------------------------------------------

TEST_CASE("programs print what they print in Node", "[cli][node]") {
  for (const auto* main :
       {"order/main.js", "process/main.js", "commonjs/main.js", "esm/main.mjs", "fs/main.js",
        "http/main.js", "stream/main.js", "stream_operators/main.js", "readline/main.js",
        "http_streams/main.js", "child_process/main.js", "net/main.js", "cjs_names/main.mjs",
        "loader/main.mjs", "test/main.js"}) {
    CAPTURE(main);
    auto path = script(main);
    auto done = troupe_command({"run", path, "a", "b"});
    CHECK(done.err.empty());
    CHECK(done.status == 0);
    CHECK(done.out == content_of(path.substr(0, path.rfind('/')) + "/expected.txt"));
  }
}

// -- how a program ends -----------------------------------------------------------------------

TEST_CASE("process.exit ends at once, with its status, after 'exit'", "[cli][node]") {
  auto done =
    run_code("process.on('exit', (code) => console.log('exit', code));"
             "setInterval(() => {}, 1000); Promise.resolve().then(() => console.log(1));"
             "console.log(0); process.exit(7); console.log(2)");
  CHECK(done.status == 7);
  CHECK(done.out == "0\nexit 7\n");
  CHECK(done.err.empty());
}

TEST_CASE("process.exitCode is the status of a program that ends by itself", "[cli][node]") {
  CHECK(run_code("process.exitCode = 3").status == 3);
  CHECK(run_code("process.exitCode = '4'").status == 4);
  CHECK(run_code("process.exitCode = 3; process.exitCode = undefined").status == 0);
  CHECK(run_code("process.on('exit', () => { process.exitCode = 5 })").status == 5);
  CHECK(run_code("process.exitCode = 3; process.exit()").status == 3);
  CHECK(run_code("process.exit(256 + 9)").status == 9);
  CHECK(run_code("process.exitCode = 7; process.exit(undefined)").status == 0);
}

TEST_CASE("structuredClone shares what is nested", "[cli][node]") {
  auto done = run_code(
    "const b = new SharedArrayBuffer(8); const m = new WebAssembly.Module(new Uint8Array([0, 97, "
    "115, 109, 1, 0, 0, 0])); const [made] = structuredClone([{ b, view: new Int32Array(b), map: "
    "new Map([[1, b]]), m }]); made.view[1] = 7; console.log(new Int32Array(b)[1], new "
    "Int32Array(made.map.get(1))[1], made.b.byteLength, made.m instanceof WebAssembly.Module)");
  CHECK(done.err.empty());
  CHECK(done.out == "7 7 8 true\n");
  CHECK(done.status == 0);
}

TEST_CASE("what a promise has caught is not thrown by vm", "[cli][node][node_vm]") {
  auto done = run_code(
    "const vm = require('vm'); const source = 'async function g() { await g() } g().catch(() => "
    "{}); 5'; console.log(vm.runInThisContext(source), new vm.Script(source).runInNewContext({}, "
    "{ timeout: 100000 }), (0, eval)(source))");
  CHECK(done.err.empty());
  CHECK(done.out == "5 5 5\n");
  CHECK(done.status == 0);
}

TEST_CASE("promises that are rejected at the end of the stack are handled as all others",
          "[cli][node]") {
  auto done = run_code(
    "let told = 0; process.on('unhandledRejection', () => ++told); process.on('exit', (code) => "
    "console.log('exit', code)); function walk() { Promise.reject(1).catch(() => {}); walk() } "
    "try { walk() } catch { console.log('caught') } setTimeout(() => console.log('later'), 1)");
  CHECK(done.err.empty());
  CHECK(done.out == "caught\nlater\nexit 0\n");
  CHECK(done.status == 0);
}

TEST_CASE("an uncaught error ends the program with 1, after 'exit'", "[cli][node]") {
  auto done =
    run_code("process.on('exit', (code) => console.log('exit', code, process.exitCode));"
             "setTimeout(() => console.log('never'), 5);\n"
             "throw Object.assign(new TypeError('no'), { code: 'E', more: { a: 1 } })");
  CHECK(done.status == 1);
  CHECK(done.out == "exit 1 1\n");
  CHECK_THAT(
    done.err,
    StartsWith("[eval]:2\n"
               "throw Object.assign(new TypeError('no'), { code: 'E', more: { a: 1 } })\n"
               "^\n\nTypeError: no\n    at [eval]:2:21\n"));
  CHECK_THAT(done.err, EndsWith(" {\n  code: 'E',\n  more: { a: 1 }\n}\n"));
}

TEST_CASE("what is no error is shown as it is", "[cli][node]") {
  CHECK(run_code("throw { a: 1 }").err == "[eval]:1\nthrow { a: 1 }\n^\n\n{ a: 1 }\n");
  CHECK(run_code("throw null").err == "\n[eval]:1\nthrow null\n^\nnull\n");
}

TEST_CASE("what is thrown is shown to a depth of five", "[cli][node]") {
  CHECK_THAT(run_code("throw {a:{b:{c:{d:{e:{f:{g:1}}}}}}}").err,
             ContainsSubstring("c: { d: { e: { f: [Object] } } }"));
  CHECK_THAT(
    run_code("throw Object.defineProperty(new Error('z'), 'stack', {get() {throw 1}})").err,
    EndsWith("\n^\n\nError: z\n"));
}

TEST_CASE("an error that comes through a loader is shown where it was thrown", "[cli][node]") {
  temporary_file esm{"\nthrow new Error('esm')", ".mjs"};
  temporary_file cjs{"\nthrow new Error('cjs')", ".cjs"};
  temporary_file bad{"let a = ;", ".mjs"};
  CHECK_THAT(run_code("require('" + esm.path() + "')").err,
             StartsWith("file://" + esm.path() + ":2\nthrow new Error('esm')\n      ^\n\nError"));
  CHECK_THAT(run_code("import('" + cjs.path() + "')").err,
             StartsWith(cjs.path() + ":2\nthrow new Error('cjs')\n      ^\n\nError"));
  CHECK_THAT(run_code("require('" + bad.path() + "')").err,
             StartsWith("file://" + bad.path() + ":1\nlet a = ;\n        ^\n\nSyntaxError"));
}

TEST_CASE("what is queued at 'exit' runs when a program ends by itself", "[cli][node]") {
  const std::string code = "process.on('exit', () => { console.log('exit');"
                           "queueMicrotask(() => console.log('queued'));"
                           "process.nextTick(() => console.log('never')); });";
  CHECK(run_code(code).out == "exit\nqueued\n");
  CHECK(run_code(code + "process.exit()").out == "exit\n");
}

TEST_CASE("with strict rejections, handled errors are told as rejections too", "[cli][node]") {
  auto done = troupe_command(
    {"run", "--unhandled-rejections=strict", "-e",
     "process.on('uncaughtException', (e, origin) => console.log(e.code, origin));"
     "process.on('unhandledRejection', (reason) => console.log(reason)); Promise.reject(1)"});
  CHECK(done.out == "ERR_UNHANDLED_REJECTION unhandledRejection\n1\n");
  CHECK(done.err.empty());
  CHECK(done.status == 0);
}

TEST_CASE("code that is a module has the URL that it has in Node", "[cli][node]") {
  auto ends = EndsWith("/[eval1]\n");
  CHECK_THAT(run_code("import 'fs'; console.log(import.meta.url)").out, ends);
}

TEST_CASE("devices are programs, and what cannot be read is none", "[cli][node]") {
  CHECK(troupe_command({"run", "/dev/null"}).status == 0);
  CHECK(troupe_command({"run", "/proc/self/mem"}).status == 2);
}

TEST_CASE("errors in ticks, timers, microtasks and promises end the program", "[cli][node]") {
  for (const auto* code :
       {"process.nextTick(() => { throw new Error('no') })",
        "setTimeout(() => { throw new Error('no') })",
        "setImmediate(() => { throw new Error('no') })",
        "queueMicrotask(() => { throw new Error('no') })",
        "(async () => { await 0; throw new Error('no') })()", "Promise.reject(new Error('no'))",
        "require('fs').readFile('/nope', () => { throw new Error('no') })"}) {
    CAPTURE(code);
    auto done = run_code(std::string{code} + "; setTimeout(() => console.log('never'), 200)");
    CHECK(done.status == 1);
    CHECK_THAT(done.err, StartsWith("[eval]:1\n") && ContainsSubstring("Error: no\n"));
    CHECK(done.out.empty());
  }
}

TEST_CASE("an error that came through node:vm says once where it is", "[cli][node][S1]") {
  auto done = run_code("require('vm').runInThisContext('throw new Error(\"x\")', 'x.js')");
  CHECK(done.status == 1);
  CHECK_THAT(done.err, StartsWith("x.js:1\nthrow new Error(\"x\")\n^\n\nError: x\n"));
  CHECK(done.err.find("throw new Error", 20) == std::string::npos);
}

TEST_CASE("a rejection of another realm is told as the error that it is", "[cli][node][C9]") {
  const std::string code = "require('vm').runInNewContext('Promise.reject(new Error(\"mine\"))')";
  auto done = run_code(code);
  CHECK(done.status == 1);
  CHECK_THAT(done.err, ContainsSubstring("\n\nError: mine\n"));
  CHECK(
    run_code("process.on('uncaughtException', (e) => console.log(e.message, e.code));" + code).out
    == "mine undefined\n");
}

TEST_CASE("an error in 'beforeExit' ends the program", "[cli][node]") {
  auto done = run_code("process.on('beforeExit', () => { throw new Error('no') })");
  CHECK(done.status == 1);
  CHECK_THAT(done.err, StartsWith("[eval]:1\n") && ContainsSubstring("Error: no\n"));
}

TEST_CASE("'uncaughtException' lets the program go on", "[cli][node]") {
  auto done = run_code("process.on('uncaughtException', (error, origin) => "
                       "console.log(error.message, origin));"
                       "setTimeout(() => { throw new Error('timer') }, 1);"
                       "setTimeout(() => console.log('later'), 5);"
                       "process.nextTick(() => { throw new Error('tick') });"
                       "process.nextTick(() => console.log('next'));"
                       "Promise.reject(new Error('promise')); throw new Error('script')");
  CHECK(done.status == 0);
  CHECK(done.err.empty());
  CHECK(done.out
        == "script uncaughtException\ntick uncaughtException\nnext\npromise unhandledRejection\n"
           "timer uncaughtException\nlater\n");
}

TEST_CASE("an error in a handler of 'uncaughtException' ends with 7", "[cli][node]") {
  auto done = run_code("process.on('exit', () => console.log('exit'));"
                       "process.on('uncaughtException', () => { throw new Error('two') });"
                       "throw new Error('one')");
  CHECK(done.out.empty());
  CHECK(done.status == 7);
  CHECK_THAT(done.err, ContainsSubstring("Error: two") && !ContainsSubstring("Error: one"));
}

TEST_CASE("rejections that nobody handles are told with their reason", "[cli][node]") {
  auto done = run_code("process.on('unhandledRejection', (reason, promise) => {"
                       " console.log(reason, promise === rejected);"
                       " promise.catch(() => {}); });"
                       "process.on('rejectionHandled', (promise) => "
                       "console.log('handled', promise === rejected));"
                       "const rejected = Promise.reject(3);");
  CHECK(done.status == 0);
  CHECK(done.out == "3 true\nhandled true\n");
  done = run_code("Promise.reject(3)");
  CHECK(done.status == 1);
  CHECK_THAT(done.err, ContainsSubstring(
                         "UnhandledPromiseRejection: This error originated either by "
                         "throwing inside of an async function without a catch block, or by "
                         "rejecting a promise which was not handled with .catch(). The "
                         "promise rejected with the reason \"3\".")
                         && ContainsSubstring("code: 'ERR_UNHANDLED_REJECTION'"));
  CHECK(run_code("const p = Promise.reject(3); p.catch(() => {})").status == 0);
}

TEST_CASE("the option --unhandled-rejections chooses what becomes of them", "[cli][node]") {
  auto run_with = [](const std::string& mode) {
    return troupe_command({"run", "--unhandled-rejections=" + mode, "-e",
                           "Promise.reject(new Error('no')); setTimeout(console.log, 1, 'on')"});
  };
  CHECK(run_with("none").out == "on\n");
  CHECK(run_with("none").err.empty());
  CHECK(run_with("warn").out == "on\n");
  CHECK_THAT(run_with("warn").err, ContainsSubstring("UnhandledPromiseRejectionWarning"));
  CHECK(run_with("strict").status == 1);
  CHECK(run_with("throw").status == 1);
  CHECK(run_with("nonsense").status == 9);
}

TEST_CASE("a top-level await that nothing settles ends with 13", "[cli][node]") {
  auto done = troupe_command({"run", "--input-type=module", "-e",
                              "process.on('exit', (code) => console.log(code));"
                              "await new Promise(() => {})"});
  CHECK(done.status == 13);
  CHECK(done.out == "13\n");
  CHECK_THAT(done.err,
             StartsWith("Warning: Detected unsettled top-level await at file:")
               && EndsWith("/[eval1]:1\nprocess.on('exit', (code) => console.log(code));"
                           "await new Promise(() => {})\n"
                           "                                                ^\n\n\n\n"));
  CHECK(troupe_command(
          {"run", "--no-warnings", "--input-type=module", "-e", "await new Promise(() => {})"})
          .err.empty());
}

TEST_CASE("an error of an ECMAScript module names its URL", "[cli][node]") {
  temporary_file file{"\nthrow new Error('esm')", ".mjs"};
  auto done = troupe_command({"run", file.path()});
  CHECK(done.status == 1);
  CHECK_THAT(done.err, StartsWith("file://" + file.path()
                                  + ":2\nthrow new Error('esm')\n      ^\n"
                                    "\nError: esm\n    at file://"
                                  + file.path() + ":2:7\n"));
}

TEST_CASE("a module that wants what only CommonJS has is told so", "[cli][node]") {
  temporary_file main{"const x = 1;\nrequire('y')", ".mjs"};
  auto done = troupe_command({"run", main.path()});
  CHECK(done.status == 1);
  CHECK_THAT(done.err, ContainsSubstring(
                         ".mjs:2\nrequire('y')\n^\n\nReferenceError: require is not defined "
                         "in ES module scope, you can use import instead\n    at file:"));
}

TEST_CASE("a module that is not there is told with its require stack", "[cli][node]") {
  temporary_file file{"require('./nope')"};
  auto done = troupe_command({"run", file.path()});
  CHECK(done.status == 1);
  CHECK_THAT(done.err, ContainsSubstring("Error: Cannot find module './nope'\nRequire stack:\n- "
                                         + file.path() + "\n")
                         && ContainsSubstring("code: 'MODULE_NOT_FOUND'")
                         && ContainsSubstring("requireStack: [ '" + file.path() + "' ]"));
}

// -- signals ----------------------------------------------------------------------------------

TEST_CASE("a program that listens to SIGINT hears of it and goes on", "[cli][node]") {
  command running{{"run", "-e",
                   "process.on('SIGINT', (name, number) => { console.log(name, number);"
                   " clearInterval(timer); process.exitCode = 4; });"
                   "const timer = setInterval(() => {}, 1000); console.log('ready')"}};
  REQUIRE(running.wait_for("ready"));
  running.signal(SIGINT);
  auto done = running.wait();
  CHECK(done.status == 4);
  CHECK(done.out == "ready\nSIGINT 2\n");
}

TEST_CASE("without a listener a signal does what it always does", "[cli][node]") {
  CHECK(run_code("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)").status
        == -SIGTERM);
  CHECK(run_code("const f = () => {}; process.on('SIGTERM', f); process.off('SIGTERM', f);"
                 "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)")
          .status
        == -SIGTERM);
}

// -- the command line ---------------------------------------------------------------------------

TEST_CASE("Node's options are accepted in front of the file", "[cli][node]") {
  temporary_file file{"console.log(process.execArgv.join(), process.argv.slice(2).join())"};
  auto done =
    troupe_command({"run", "--experimental-vm-modules", "--no-warnings", "--trace-uncaught",
                    "--disable-warning=X", file.path(), "--a", "b"});
  CHECK(done.status == 0);
  CHECK(
    done.out
    == "--experimental-vm-modules,--no-warnings,--trace-uncaught,--disable-warning=X --a,b\n");
}

TEST_CASE("the option --expose-gc gives gc()", "[cli][node]") {
  CHECK(troupe_command({"run", "--expose-gc", "-p", "typeof gc"}).out == "function\n");
  CHECK(troupe_command({"run", "-p", "typeof gc"}).out == "undefined\n");
}

TEST_CASE("warnings are printed, or not", "[cli][node]") {
  const std::string code = "process.on('warning', (w) => console.log(w.name, w.code));"
                           "process.emitWarning('careful'); process.emitWarning('old',"
                           " { type: 'DeprecationWarning', code: 'D1', detail: 'more' })";
  auto done = run_code(code);
  CHECK(done.out == "Warning undefined\nDeprecationWarning D1\n");
  CHECK_THAT(done.err, StartsWith("(node:") && ContainsSubstring(") Warning: careful\n")
                         && ContainsSubstring(") [D1] DeprecationWarning: old\nmore\n"));
  CHECK(troupe_command({"run", "--no-warnings", "-e", code}).err.empty());
  CHECK_THAT(troupe_command({"run", "--disable-warning=D1", "-e", code}).err,
             ContainsSubstring("careful") && !ContainsSubstring("old"));
  CHECK(troupe_command({"run", "--throw-deprecation", "-e", code}).status == 1);
}

TEST_CASE("the option -p prints as console.log does", "[cli][node]") {
  CHECK(troupe_command({"run", "-p", "[1, { a: 'b' }]"}).out == "[ 1, { a: 'b' } ]\n");
  CHECK(troupe_command({"run", "-p", "'text'"}).out == "text\n");
  CHECK(troupe_command({"run", "-p", "Promise.resolve(1)"}).out == "Promise { 1 }\n");
  CHECK(troupe_command({"run", "-pe", "6 * 7"}).out == "42\n");
}

TEST_CASE("the global object of a program says what it is", "[cli][node]") {
  auto done = run_code("console.log(Object.prototype.toString.call(globalThis), "
                       "Object.getOwnPropertyDescriptor(globalThis, Symbol.toStringTag))");
  CHECK(done.err.empty());
  CHECK(done.out
        == "[object global] {\n  value: 'global',\n  writable: false,\n"
           "  enumerable: false,\n  configurable: true\n}\n");
}

TEST_CASE("code of the command line sees require, and modules by name", "[cli][node]") {
  auto done = run_code("console.log(__filename, __dirname, module.id, require.main, "
                       "typeof exports, path.sep, require('./nope.json'))");
  CHECK(done.status == 1);
  CHECK_THAT(done.err, ContainsSubstring("Cannot find module './nope.json'"));
  CHECK(run_code("console.log(__filename, __dirname, module.id, require.main, typeof exports,"
                 " path.sep)")
          .out
        == "[eval] . [eval] undefined object /\n");
}

TEST_CASE("code that is a module sees built-in modules by name", "[cli][node]") {
  auto done = troupe_command({"run", "--input-type=module", "-e",
                              "console.log(typeof vm, typeof assert, typeof require)"});
  CHECK(done.err.empty());
  CHECK(done.out == "object function undefined\n");
}

TEST_CASE("code that can only be a module is one", "[cli][node]") {
  CHECK(run_code("import { sep } from 'path'; console.log(sep, typeof require)").out
        == "/ undefined\n");
  CHECK(troupe_command({"run", "--input-type=module", "-"}, "console.log(await 6, this)").out
        == "6 undefined\n");
  temporary_file file{"import { sep } from 'path';\nconsole.log(sep, import.meta.main)"};
  CHECK(troupe_command({"run", file.path()}).out == "/ true\n");
}

TEST_CASE("a main file without its extension, or a folder, is found", "[cli][node]") {
  auto done = troupe_command({"run", script("order/main")});
  CHECK(done.status == 0);
  CHECK(troupe_command({"run", script("commonjs/lib/folder")}).status == 0);
}

TEST_CASE("what is written comes before what ends the program", "[cli][node]") {
  auto done = troupe_command({"run", "-e",
                              "process.stdout.write('a'); console.error('b');"
                              "process.stderr.write('c'); console.log('d');"
                              "process.stdout.write('e'); process.exit(0)"},
                             {}, streams::together);
  CHECK(done.out == "ab\ncd\ne");
}

TEST_CASE("the deadline covers ticks and waits for files", "[cli][node]") {
  for (const auto* code :
       {"(function f() { process.nextTick(f) })()", "process.on('exit', () => { for (;;); })",
        "process.on('beforeExit', () => setTimeout(() => {}, 1))",
        "(async function f() { await fs.promises.stat('/'); f() })()"}) {
    CAPTURE(code);
    auto done = troupe_command({"run", "--timeout", "200", "-e", code});
    CHECK(done.status == 124);
  }
}

// -- started as Node is -------------------------------------------------------------------------

TEST_CASE("files and options run without a command", "[cli][node][child_process]") {
  auto file = troupe_command({script("child_process/main.js"), "child", "x"});
  CHECK(file.status == 0);
  CHECK(file.out == "[ 'child', 'x' ] [] true\n");
  auto flagged = troupe_command(
    {"--no-warnings", "--experimental-vm-modules", script("child_process/main.js"), "child"});
  CHECK(flagged.out == "[ 'child' ] [ '--no-warnings', '--experimental-vm-modules' ] true\n");
  CHECK(troupe_command({"-p", "1 + 1"}).out == "2\n");
  CHECK(troupe_command({"--expose-gc", "-e", "console.log(typeof gc, process.execArgv[0])"}).out
        == "function --expose-gc\n");
  CHECK(troupe_command({"--timeout", "100", "-e", "for (;;);"}).status == 124);
  CHECK(troupe_command({"no-such-file.js"}).status == 2);
  CHECK(troupe_command({"--no-such-option", "-e", "1"}).status == 2);
}

TEST_CASE("a program learns how one that it started has ended", "[cli][node][child_process]") {
  auto done = run_code(R"(
    const { spawn } = require('child_process');
    const start = (code, signal) => new Promise((resolve) => {
      const child = spawn(process.execPath, ['-e', `${code}; console.log('ready'); setInterval(() => {}, 1000)`]);
      child.stdout.once('data', () => child.kill(signal));
      child.on('exit', (...how) => resolve(how.join()));
    });
    (async () => {
      console.log(await start('', 'SIGINT'));
      console.log(await start('process.on("SIGINT", () => process.exit(5))', 'SIGINT'));
      console.log(await start('', 'SIGTERM'));
      console.log(await start('', 'SIGKILL'));
    })())");
  CHECK(done.err.empty());
  CHECK(done.out == "130,\n5,\n,SIGTERM\n,SIGKILL\n");
}

TEST_CASE("a program that has ended leaves those running that it started",
          "[cli][node][child_process]") {
  auto done = run_code("const c = require('child_process').spawn('sleep', ['1000'],"
                       " { stdio: 'ignore', detached: true }); c.unref(); console.log(c.pid)");
  auto pid = std::stoi(done.out);
  CHECK(::kill(pid, 0) == 0);
  CHECK(::kill(pid, SIGKILL) == 0);
}

TEST_CASE("a program that is stopped takes those along that it started",
          "[cli][node][child_process]") {
  auto done = troupe_command(
    {"run", "--timeout", "500", "-e",
     "console.log(require('child_process').spawn('sleep', ['1000'], { stdio: 'ignore' }).pid)"});
  CHECK(done.status == 124);
  auto pid = std::stoi(done.out);
  // It has been killed; whoever adopted it may be slow to reap it.
  auto is_over = [&] {
    std::ifstream status{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text;
    return !std::getline(status, text) || text.find(") Z ") != std::string::npos;
  };
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (!is_over() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  CHECK(is_over());
}

TEST_CASE("a program knows whose it is", "[cli][node]") {
  auto done = run_code("console.log(process.getuid(), process.geteuid(), process.getgid(),"
                       " process.getegid(), process.getgroups().includes(process.getegid()))");
  CHECK(done.out
        == std::to_string(::getuid()) + " " + std::to_string(::geteuid()) + " "
             + std::to_string(::getgid()) + " " + std::to_string(::getegid()) + " true\n");
}

TEST_CASE("messages wait for who listens late", "[cli][node][child_process]") {
  auto done = run_code(R"(
    const { fork } = require('child_process');
    const { writeFileSync, mkdtempSync, rmSync } = require('fs');
    const folder = mkdtempSync('/tmp/troupe-fork-');
    writeFileSync(`${folder}/child.mjs`, `
      await new Promise((resolve) => setTimeout(resolve, 50));
      process.on('message', (m) => { process.send(m + 1); if (m === 3) process.disconnect(); });`);
    const child = fork(`${folder}/child.mjs`);
    for (const each of [1, 2, 3]) child.send(each);
    child.on('message', (m) => console.log(m));
    let open = 2; // either may be first
    const over = () => {
      if (--open > 0)
        return;
      console.log(child.exitCode, child.connected);
      rmSync(folder, { recursive: true });
    };
    child.on('exit', over);
    child.on('disconnect', over);)");
  CHECK(done.err.empty());
  CHECK(done.out == "2\n3\n4\n0 false\n");
}

TEST_CASE("the source of what has none cannot be imported", "[cli][node][M9]") {
  auto done = troupe_command(
    {"run", "-e",
     "for (const each of ['vm', 'data:text/javascript,1'])"
     "  import.source(each).catch(error => console.log(error.name, error.code, error.message))"});
  CHECK(
    done.out
    == "SyntaxError ERR_SOURCE_PHASE_NOT_DEFINED Source phase import object is not defined for "
       "module 'node:vm'\n"
       "SyntaxError ERR_SOURCE_PHASE_NOT_DEFINED Source phase import object is not defined for "
       "module 'data:text/javascript,1'\n");
}

TEST_CASE("node:tty tells what is a terminal", "[cli][node]") {
  CHECK(run_code(
          "const tty = require('tty'); console.log(tty.isatty(0), tty.isatty(1), tty.isatty(9), "
          "tty.isatty('x'), process.stdout instanceof tty.WriteStream)")
          .out
        == "false false false false false\n");
}

TEST_CASE("node:test is had with its scheme only", "[cli][node]") {
  auto done = run_code("const { isBuiltin, builtinModules } = require('module');"
                       "console.log(isBuiltin('node:test'), isBuiltin('test'), "
                       "builtinModules.includes('node:test'));"
                       "try { require('test') } catch (error) { console.log(error.code) }");
  CHECK(done.out == "true false true\nMODULE_NOT_FOUND\n");
}

TEST_CASE("a program whose tests fail ends with 1", "[cli][node]") {
  auto done = run_code(
    "const test = require('node:test'); test('fails', () => { throw new Error('no'); });");
  CHECK(done.status == 1);
  CHECK_THAT(done.out, ContainsSubstring("fail 1\n"));
  CHECK(run_code("require('node:test')('passes', async () => {})").status == 0);
}
