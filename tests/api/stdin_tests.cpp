// `process.stdin` and `fs.readFileSync(0)`, as an embedder gives them.

#include "tests/api/helpers.hpp"

#include <troupe/process.hpp>
#include <troupe/troupe.hpp>

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>

using namespace troupe;
using namespace troupe::testing;

namespace {

constexpr builtin_set program{builtin::require, builtin::node_process, builtin::node_fs,
                              builtin::node_stream};

/// What a script reads, and the end that writes it.
struct input {
  int ends[2] = {-1, -1};

  explicit input(bool is_socket = false) {
    auto made =
      is_socket ? ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : ::pipe2(ends, O_CLOEXEC);
    REQUIRE(made == 0);
  }

  ~input() {
    close_writer();
    ::close(ends[0]);
  }

  input(const input&) = delete;
  input& operator=(const input&) = delete;

  void write(std::string_view text) const {
    REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

  void close_writer() {
    if (ends[1] >= 0)
      ::close(ends[1]);
    ends[1] = -1;
  }

  [[nodiscard]] std::shared_ptr<const process_options> options() const {
    auto made = std::make_shared<process_options>();
    made->in_descriptor = ends[0];
    return made;
  }
};

constexpr auto read_all =
  "(async () => { let text = ''; for await (const chunk of process.stdin) text += chunk; "
  "return text; })()";

} // namespace

TEST_CASE("a script reads what its host gives it as process.stdin", "[api][process][stdin]") {
  for (bool is_socket : {false, true}) {
    CAPTURE(is_socket);
    input from{is_socket};
    runtime rt;
    auto ctx = rt.spawn({.builtins = program, .process = from.options()}).get().value();
    auto text = ctx.run(read_all);
    from.write("one ");
    from.write("two");
    from.close_writer();
    CHECK(text.get().value().as<std::string>() == "one two");
  }
}

TEST_CASE("without a descriptor process.stdin has ended", "[api][process][stdin]") {
  runtime rt;
  auto ctx = rt.spawn({.builtins = program, .allow_files = true}).get().value();
  CHECK(ctx.run(read_all).get().value().as<std::string>().empty());
  CHECK(ctx.run("try { require('fs').readFileSync(0) } catch (e) { e.code }")
          .get()
          .value()
          .as<std::string>()
        == "EBADF");
}

TEST_CASE("fs.readFileSync(0) needs allow_files and a descriptor", "[api][process][stdin]") {
  input from;
  from.write("text");
  from.close_writer();
  runtime rt;
  auto refused = rt.spawn({.builtins = program, .process = from.options()}).get().value();
  CHECK(refused.run("try { require('fs').readFileSync(0) } catch (e) { e.code }")
          .get()
          .value()
          .as<std::string>()
        == "ERR_ACCESS_DENIED");
  auto ctx =
    rt.spawn({.builtins = program, .process = from.options(), .allow_files = true}).get().value();
  CHECK(ctx.run("require('fs').readFileSync(0, 'utf8')").get().value().as<std::string>()
        == "text");
}

TEST_CASE("a deadline ends a read that waits, and what comes later is not lost",
          "[api][process][stdin]") {
  input from;
  runtime rt;
  auto ctx =
    rt.spawn({.builtins = program, .process = from.options(), .allow_files = true}).get().value();
  auto waited =
    ctx.run("require('fs').readFileSync(0)", {.timeout = std::chrono::milliseconds{50}}).get();
  REQUIRE_FALSE(waited);
  CHECK(waited.error().code == errc::deadline_exceeded);
  from.write("late");
  from.close_writer();
  CHECK(ctx.run("require('fs').readFileSync(0, 'utf8')").get().value().as<std::string>()
        == "late");
}

TEST_CASE("what comes is told with the limits of the run that reads", "[api][process][stdin]") {
  input from;
  runtime rt;
  auto ctx = rt.spawn({.builtins = program, .process = from.options()}).get().value();
  auto spins = ctx.run("new Promise(() => process.stdin.on('data', () => { for (;;); }))",
                       {.timeout = std::chrono::milliseconds{50}});
  from.write("x");
  auto outcome = spins.get();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::deadline_exceeded);
  CHECK(ctx.run("6 * 7").get().value().as<int>() == 42);
}

TEST_CASE("contexts end, and are reset, while they read", "[api][process][stdin]") {
  input from;
  runtime rt;
  for (bool resets : {false, true}) {
    auto ctx = rt.spawn({.builtins = program, .process = from.options()}).get().value();
    CHECK(ctx.run("process.stdin.on('data', () => {}); 0").get());
    if (resets) {
      REQUIRE(ctx.reset().get());
      auto text = ctx.run(read_all);
      from.write("after");
      from.close_writer();
      CHECK(text.get().value().as<std::string>() == "after");
    }
    CHECK(ctx.close(close_mode::now).get());
  }
}

TEST_CASE("reading changes nothing about the descriptor", "[api][process][stdin]") {
  for (bool is_socket : {false, true}) {
    CAPTURE(is_socket);
    input from{is_socket};
    auto flags = ::fcntl(from.ends[0], F_GETFL);
    {
      runtime rt;
      auto ctx = rt.spawn({.builtins = program, .process = from.options()}).get().value();
      CHECK(ctx.run("process.stdin.on('data', () => {}); 0").get());
      CHECK(ctx.run("process.stdin.destroy(); 0").get());
      CHECK(ctx.close(close_mode::now).get());
    }
    CHECK(::fcntl(from.ends[0], F_GETFL) == flags);
  }
}
