// `node:child_process` in a context: who may start programs, and what becomes of them when their
// request, realm or context ends. (tests/scripts/node/child_process compares a whole program with
// Node.)

#include "tests/api/helpers.hpp"

#include <troupe/process.hpp>

#include <catch2/matchers/catch_matchers_string.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <thread>

using namespace troupe;
using namespace troupe::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr builtin_set tools =
  builtin_set::web() | builtin_set::node()
  | builtin_set{builtin::node_child_process, builtin::node_process, builtin::node_net};

context_options with_processes(context_options options = {}) {
  options.builtins = tools;
  options.allow_processes = true;
  return options;
}

/// Waits until it holds.
template <class Condition>
bool comes_true(Condition holds) {
  auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

/// Where a program writes the number of its process.
class pid_file {
public:
  pid_file() {
    static std::atomic<int> last{0};
    path_ = std::filesystem::temp_directory_path()
            / ("troupe-pid-" + std::to_string(::getpid()) + "-" + std::to_string(++last));
  }

  ~pid_file() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  pid_file(const pid_file&) = delete;
  pid_file& operator=(const pid_file&) = delete;

  /// Arguments of a call: a program that only ends when it is killed, and tells its number.
  [[nodiscard]] std::string sleeper(const std::string& options = "{}") const {
    return "'sh', ['-c', 'echo $$ > " + path_.string() + "; exec sleep 1000'], " + options;
  }

  [[nodiscard]] std::string path() const {
    return path_.string();
  }

  /// Waits for it.
  [[nodiscard]] pid_t pid() const {
    pid_t found = 0;
    REQUIRE(comes_true([&] {
      std::ifstream file{path_};
      std::string line;
      if (!std::getline(file, line) || file.eof())
        return false;
      found = std::stoi(line);
      return true;
    }));
    return found;
  }

private:
  std::filesystem::path path_;
};

bool runs(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

/// Neither runs nor waits to be reaped.
bool goes_away(pid_t pid) {
  return comes_true([&] { return !runs(pid) && errno == ESRCH; });
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator{"/proc/self/fd"})
    ++count;
  return count;
}

constexpr auto spawn = "require('node:child_process').spawn";
constexpr auto spawn_sync = "require('node:child_process').spawnSync";

std::string call(const std::string& function, const pid_file& file,
                 const std::string& options = "{}") {
  return function + "(" + file.sleeper(options) + ")";
}

std::string text_of(context& ctx, const std::string& code) {
  return value_of(ctx.run(code)).as<std::string>();
}

} // namespace

// -- permission ---------------------------------------------------------------------------

TEST_CASE("without allow_processes no program is started", "[api][child_process]") {
  auto ctx = new_context({.builtins = tools, .allow_files = true, .allow_network = true});
  for (const auto* code :
       {"cp.spawn('true')", "cp.exec('true')", "cp.execFile('true')", "cp.fork('x.js')",
        "cp.spawnSync('true')", "cp.execSync('true')", "cp.execFileSync('true')",
        "new cp.ChildProcess().spawn({ file: 'true', args: ['true'] })",
        "new (Object.getPrototypeOf(new cp.ChildProcess()).constructor)().spawn({ file: 'true' "
        "})"}) {
    CAPTURE(code);
    CHECK(text_of(ctx, "var cp = require('child_process'); try { " + std::string{code}
                         + "; 'started' } catch (e) { e.code }")
          == "ERR_ACCESS_DENIED");
  }
}

TEST_CASE("without the built-in there is no node:child_process", "[api][child_process]") {
  auto ctx = new_context({.builtins = builtin_set::node(), .allow_processes = true});
  CHECK(error_of(ctx.run("require('node:child_process')")).code == errc::uncaught_exception);
}

TEST_CASE("processes give no network to a context", "[api][child_process][net]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  for (const auto* code :
       {"require('net').createServer().listen(0)", "require('net').connect(1)"}) {
    CAPTURE(code);
    CHECK(text_of(ctx, "try { " + std::string{code} + "; 'done' } catch (e) { e.code }")
          == "ERR_ACCESS_DENIED");
  }
}

// -- what a program gets ------------------------------------------------------------------

TEST_CASE("a program has the variables and the folder of the script's process",
          "[api][child_process]") {
  auto process = std::make_shared<process_options>();
  process->env = {{"PATH", "/usr/bin:/bin"}, {"WHO", "script"}};
  process->cwd = "/usr";
  auto ctx = value_of(shared_runtime().spawn(with_processes({.process = process})));
  CHECK(text_of(ctx, "process.env.MORE = 1;"
                     "require('child_process').execSync('echo $WHO $MORE $HOME; pwd',"
                     " { encoding: 'utf8' })")
        == "script 1\n/usr\n");
}

TEST_CASE("a program has no descriptor of the host but those it is given",
          "[api][child_process]") {
  int host = ::open("/dev/null", O_RDONLY); // not closed on exec
  REQUIRE(host > 2);
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  // `ls` has opened the folder itself.
  CHECK(text_of(ctx, std::string{spawn_sync} + "('ls', ['/proc/self/fd']).stdout.toString()")
        == "0\n1\n2\n3\n");
  CHECK(text_of(ctx, "new Promise((resolve) => { let all = '';" + std::string{spawn}
                       + "('ls', ['/proc/self/fd'], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })"
                         ".stdout.on('data', (d) => all += d).on('end', () => resolve(all)) })")
        == "0\n1\n2\n3\n4\n");
  ::close(host);
}

TEST_CASE("a program begins with no signal blocked or ignored", "[api][child_process]") {
  struct sigaction ignored {};
  struct sigaction before {};
  ignored.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignored, &before);
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  auto found =
    text_of(ctx, "require('child_process').execFileSync('grep', ['-E', '^Sig(Blk|Ign)',"
                 " '/proc/self/status'], { encoding: 'utf8' })");
  ::sigaction(SIGPIPE, &before, nullptr);
  CHECK(found == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE("a program may be another user's", "[api][child_process]") {
  if (::geteuid() != 0)
    SKIP("only root may");
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  CHECK(text_of(ctx, "require('child_process').execSync('id -u; id -g; id -G',"
                     " { encoding: 'utf8', uid: 65534, gid: 65533 })")
        == "65534\n65533\n65533\n");
  CHECK(::geteuid() == 0);
}

TEST_CASE("children change nothing of the host's signals", "[api][child_process]") {
  struct sigaction before {};
  struct sigaction after {};
  ::sigaction(SIGCHLD, nullptr, &before);
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  value_of(
    ctx.run("new Promise((resolve) => " + std::string{spawn} + "('true').on('close', resolve))"));
  ::sigaction(SIGCHLD, nullptr, &after);
  CHECK(before.sa_handler == after.sa_handler);
  CHECK(before.sa_flags == after.sa_flags);
}

// -- stops --------------------------------------------------------------------------------

TEST_CASE("a deadline ends spawnSync and the program", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  for (const auto* options : {"{}", "{ stdio: 'ignore' }", "{ input: 'x'.repeat(1e6) }"}) {
    pid_file file;
    auto failed = error_of(ctx.run(call(spawn_sync, file, options), {.timeout = 300ms}));
    CHECK(failed.code == errc::deadline_exceeded);
    CHECK(goes_away(file.pid()));
  }
  check_usable(ctx);
}

TEST_CASE("a script cannot catch the deadline of spawnSync", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  auto failed = error_of(
    ctx.run("for (;;) try { " + std::string{spawn_sync} + "('sleep', ['1000']) } catch {}",
            {.timeout = 200ms}));
  CHECK(failed.code == errc::deadline_exceeded);
  check_usable(ctx);
}

TEST_CASE("cancelling a run ends spawnSync and the program", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  pid_file file;
  auto waits = ctx.run(call(spawn_sync, file));
  auto pid = file.pid();
  waits.cancel();
  CHECK(error_of(std::move(waits)).code == errc::cancelled);
  CHECK(goes_away(pid));
  check_usable(ctx);
}

TEST_CASE("closing a context ends spawnSync and the program", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  pid_file file;
  auto waits = ctx.run(call(spawn_sync, file));
  auto pid = file.pid();
  value_of(ctx.close(close_mode::now));
  CHECK(tells_of_the_end(error_of(std::move(waits)).code));
  CHECK(goes_away(pid));
}

TEST_CASE("a request that is stopped ends its programs, and others stay",
          "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  pid_file kept;
  pid_file stopped;
  value_of(ctx.run("globalThis.kept = " + call(spawn, kept) + "; 0"));
  auto failed =
    error_of(ctx.run("new Promise(() => { globalThis.stopped = " + call(spawn, stopped)
                       + "; stopped.on('close', (...how) => { globalThis.how = how.join() }) })",
                     {.timeout = 500ms, .timeout_covers = timeout_scope::evaluation}));
  CHECK(failed.code == errc::deadline_exceeded);
  CHECK(goes_away(stopped.pid()));
  CHECK(comes_true([&] { return text_of(ctx, "String(globalThis.how)") == ",SIGKILL"; }));
  CHECK(runs(kept.pid()));
  CHECK(text_of(ctx, "new Promise((resolve) => { kept.on('exit', (code, signal) =>"
                     " resolve(signal)); kept.kill() })")
        == "SIGTERM");
  CHECK(goes_away(kept.pid()));
}

TEST_CASE("what is told of a program has the limits of the run that started it",
          "[api][child_process]") {
  std::mutex mutex;
  std::vector<uncaught_error> told;
  runtime rt{{.on_uncaught_error = [&](const std::string&, const uncaught_error& what) {
    std::lock_guard guard{mutex};
    told.push_back(what);
  }}};
  auto ctx = value_of(rt.spawn(with_processes()));
  for (const auto* event : {"exit", "close"}) {
    CAPTURE(event);
    value_of(ctx.run(std::string{spawn} + "('true').on('" + event + "', () => { for (;;); }); 0",
                     {.timeout = 200ms}));
    REQUIRE(comes_true([&] {
      std::lock_guard guard{mutex};
      return !told.empty();
    }));
    std::lock_guard guard{mutex};
    CHECK(told.front().code == errc::deadline_exceeded);
    told.clear();
  }
  check_usable(ctx);
}

// -- life ---------------------------------------------------------------------------------

TEST_CASE("a reset ends the programs of the realm", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  pid_file file;
  value_of(ctx.run(call(spawn, file) + "; 0"));
  auto pid = file.pid();
  CHECK(runs(pid));
  value_of(ctx.reset());
  CHECK(goes_away(pid));
  CHECK(text_of(ctx, std::string{spawn_sync} + "('echo', ['again']).stdout.toString()")
        == "again\n");
}

TEST_CASE("a context that ends takes its programs along", "[api][child_process]") {
  for (auto how : {close_mode::now, close_mode::drain}) {
    auto ctx = value_of(shared_runtime().spawn(with_processes()));
    pid_file plain;
    pid_file deaf;
    pid_file detached;
    value_of(ctx.run(call(spawn, plain) + ";" + call(spawn, detached, "{ detached: true }") + ";"
                     + spawn + "('sh', ['-c', 'trap \"\" TERM INT HUP; echo $$ > " + deaf.path()
                     + "; while :; do sleep 1; done']).unref(); 0"));
    for (const auto* each : {&plain, &deaf, &detached})
      CHECK(runs(each->pid()));
    value_of(ctx.close(how));
    for (const auto* each : {&plain, &deaf, &detached})
      CHECK(goes_away(each->pid()));
  }
}

TEST_CASE("a detached program is ended with its session", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  pid_file grandchild;
  value_of(ctx.run(std::string{spawn} + "('sh', ['-c', 'sleep 1000 & echo $! > "
                   + grandchild.path() + "; wait'], { detached: true }); 0"));
  auto pid = grandchild.pid();
  CHECK(runs(pid));
  value_of(ctx.close(close_mode::now));
  // Whoever adopts it reaps it.
  CHECK(comes_true([&] {
    std::ifstream status{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text;
    return !std::getline(status, text) || text.find(") Z ") != std::string::npos;
  }));
}

TEST_CASE("a program that runs keeps the context busy, unless it is unref'ed",
          "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  value_of(ctx.run(std::string{spawn} + "('sleep', ['1000'], { stdio: 'ignore' }).unref(); 0"));
  value_of(ctx.idle());
  value_of(ctx.run(std::string{spawn}
                   + "('sleep', ['0.05'], { stdio: 'ignore' })"
                     ".on('exit', () => { globalThis.over = true }); 0"));
  value_of(ctx.idle());
  CHECK(value_of(ctx.run("globalThis.over")).as<bool>());
}

TEST_CASE("programs leave no descriptor and no zombie behind", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  constexpr auto all_kinds =
    "(async () => { const cp = require('child_process'); for (let i = 0; i < 10; ++i) {"
    "  cp.spawnSync('echo', ['a']); cp.spawnSync('no-such-program');"
    "  cp.spawnSync('cat', { stdio: ['pipe', 'pipe', 'pipe', 'pipe', 99] });"
    "  try { cp.spawn('echo', [], { stdio: ['pipe', 99] }) } catch {}"
    "  await new Promise((resolve) => cp.spawn('no-such-program').on('error', () => {})"
    "    .on('close', resolve));"
    "  await new Promise((resolve) => cp.spawn('cat', { stdio: ['ignore', 'pipe', 'pipe', "
    "'pipe'] })"
    "    .on('close', resolve).kill('SIGKILL'));"
    "  await new Promise((resolve) => cp.exec('echo out; echo err >&2', resolve)); } })()";
  value_of(ctx.run(all_kinds));
  auto before = open_descriptors();
  value_of(ctx.run(all_kinds));
  CHECK(comes_true([&] { return open_descriptors() <= before; }));
  value_of(ctx.close(close_mode::now));
  CHECK(comes_true([] { return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }));
}

TEST_CASE("many contexts have programs at once", "[api][child_process]") {
  std::vector<context> all;
  std::vector<future<value>> answers;
  for (int i = 0; i < 6; ++i)
    all.push_back(value_of(shared_runtime().spawn(with_processes())));
  for (auto& ctx : all)
    answers.push_back(ctx.run(
      "Promise.all(Array.from({ length: 30 }, (_, i) => new Promise((resolve) => {"
      "  let text = '';"
      "  const child = require('child_process').spawn('sh', ['-c', `echo ${i}; exit ${i}`]);"
      "  child.stdout.on('data', (d) => text += d);"
      "  child.on('close', (code) => resolve(+text === i && code === i)) })))"
      ".then((all) => all.filter(Boolean).length)"));
  for (auto& each : answers)
    CHECK(value_of(std::move(each)).as<int>() == 30);
}

// -- limits -------------------------------------------------------------------------------

TEST_CASE("a context has 256 programs at once at most", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  CHECK(text_of(ctx, "const cp = require('child_process'); var all = [];"
                     "for (let i = 0; i < 256; ++i)"
                     "  all.push(cp.spawn('sleep', ['1000'], { stdio: 'ignore' }));"
                     "new Promise((resolve) => cp.spawn('true').on('error', (e) =>"
                     "  resolve(`${e.code} ${e.syscall} ${all.every((each) => each.pid > 0)}`)))")
        == "EAGAIN spawn true true");
  CHECK(text_of(ctx, "new Promise((resolve) => all[0].on('close', () => cp.spawn('true')"
                     ".on('exit', (code) => resolve(String(code)))).kill())")
        == "0");
}

TEST_CASE("output counts against the limit on ArrayBuffers", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes({.array_buffer_limit_mib = 8})));
  constexpr auto much = "'head', ['-c', '100000000', '/dev/zero'],"
                        " { maxBuffer: Infinity, encoding: 'buffer' }";
  CHECK(text_of(ctx, std::string{spawn_sync} + "(" + much + ").error.code") == "ENOBUFS");
  CHECK(text_of(ctx, "new Promise((resolve) => require('child_process').execFile("
                       + std::string{much} + ", (error) => resolve(error.code)))")
        == "ENOBUFS");
  check_usable(ctx);
  // All of it is given back.
  CHECK(value_of(ctx.run(std::string{spawn_sync}
                         + "('head', ['-c', '2000000', '/dev/zero'], { maxBuffer: 4e6 })"
                           ".stdout.length"))
          .as<int>()
        == 2000000);
}

TEST_CASE("nobody reads the output of a program that a paused stream holds back",
          "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes({.array_buffer_limit_mib = 8})));
  CHECK(value_of(ctx.run("new Promise((resolve, reject) => {"
                         "  const child = require('child_process').spawn('yes');"
                         "  child.stdout.on('error', reject);"
                         "  setTimeout(() => { resolve(child.stdout.readableLength < 1e6);"
                         "    child.kill() }, 100) })"))
          .as<bool>());
}

TEST_CASE("arguments that no system takes are refused", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  for (const auto* what :
       {"Array(1000).fill('x'.repeat(1e8))", "Array(1e6).fill('')", "['x'.repeat(5e6)]"}) {
    CAPTURE(what);
    CHECK(text_of(ctx, "try { " + std::string{spawn} + "('echo', " + what
                         + "); 'started' } catch (e) { e.code }")
          == "E2BIG");
  }
  CHECK(text_of(ctx, std::string{spawn_sync}
                       + "('echo', { stdio: Array(100).fill('ignore') })"
                         ".error.code")
        == "EMFILE");
}

TEST_CASE("scripts that change what is built in do not confuse it", "[api][child_process]") {
  auto ctx = value_of(shared_runtime().spawn(with_processes()));
  CHECK(text_of(ctx, R"(
    const cp = require('child_process');
    const bad = () => { throw new Error('called') };
    for (const name of ['push', 'slice', 'includes', 'join', 'shift'])
      Array.prototype[name] = bad;
    Map.prototype.get = Map.prototype.set = bad;
    Object.prototype.shell = true;
    Object.prototype.fd = 1;
    delete Object.prototype.shell;
    let reads = 0;
    const liar = { get fd() { return ++reads % 2 ? 1 : 'x' } };
    try { cp.spawn('true', [], { stdio: [liar, liar, liar, -5, { fd: NaN }, { fd: 1.5 }] }) } catch {}
    const throws = { get 0() { throw new Error('called') }, length: 1, __proto__: Array.prototype };
    for (const args of [new Proxy([], { get: bad }), Object.defineProperty([], 0, { get: bad }), [throws], []])
      try { new cp.ChildProcess().spawn({ file: 'true', args, envPairs: args }) } catch {}
    cp.spawnSync('echo', ['a']).stdout.toString())")
        == "a\n");
}
