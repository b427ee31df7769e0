// `node:http` in a context: what it does with what comes from outside, and what a host keeps
// in its hands. (tests/scripts/node/http compares a whole program with Node.)

#include "tests/api/helpers.hpp"
#include "tests/support/raw_connection.hpp"

#include <troupe/process.hpp>

#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

using namespace troupe;
using namespace troupe::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

constexpr builtin_set web_service = builtin_set::web() | builtin_set::node()
                                    | builtin_set{builtin::node_http, builtin::node_process};

context with_network(context_options options = {}) {
  options.builtins = web_service;
  options.allow_network = true;
  return new_context(std::move(options));
}

/// Makes `server` of a listener's text, and has it listen. @returns its port.
int serve(context& ctx, const std::string& listener, run_options how = {},
          const std::string& options = "{}") {
  return value_of(
           ctx.run("globalThis.http = require('node:http');"
                   "globalThis.server = http.createServer("
                     + options + ", " + listener
                     + ");"
                       "new Promise((resolve, reject) => { server.on('error', reject);"
                       " server.listen(0, '127.0.0.1', () => resolve(server.address().port)) })",
                   how))
    .as<int>();
}

/// Waits until a script's expression holds.
bool comes_true(context& ctx, const std::string& expression) {
  return value_of(ctx.run("new Promise((resolve) => { (function look() { if (" + expression
                          + ") resolve(true); else setTimeout(look, 1); })() })"))
    .as<bool>();
}

std::string get(const std::string& path, const std::string& more = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
}

/// What belongs to no request.
struct reports {
  std::mutex mutex;
  std::vector<uncaught_error> all;

  runtime_options options() {
    return {.on_uncaught_error = [this](const std::string&, const uncaught_error& what) {
      std::lock_guard guard{mutex};
      all.push_back(what);
    }};
  }

  std::vector<uncaught_error> taken() {
    std::lock_guard guard{mutex};
    return std::exchange(all, {});
  }
};

} // namespace

// -- permission ---------------------------------------------------------------------------

TEST_CASE("without allow_network nothing listens and nothing connects", "[api][http]") {
  auto ctx = new_context({.builtins = web_service});
  for (const auto* code :
       {"require('http').createServer().listen(0)", "require('http').get('http://127.0.0.1:1/')",
        "require('http').createServer().listen('/tmp/troupe-http-never')",
        "new (require('http').Agent)().createConnection({ port: 1, host: '127.0.0.1' })",
        "require('http').request({ host: 'localhost', createConnection() {} })"}) {
    CAPTURE(code);
    auto refused = error_of(ctx.run(code));
    CHECK_THAT(refused.message, ContainsSubstring("the context was not given the network"));
  }
  CHECK(value_of(ctx.run("try { require('http').createServer().listen(0) } catch (e) { e.code }"))
          .as<std::string>()
        == "ERR_ACCESS_DENIED");
}

TEST_CASE("without the built-in there is no node:http", "[api][http]") {
  auto ctx = new_context({.builtins = builtin_set::node(), .allow_network = true});
  CHECK(error_of(ctx.run("require('node:http')")).code == errc::uncaught_exception);
}

// -- a service ----------------------------------------------------------------------------

TEST_CASE("a JSON service answers many clients over kept connections", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, R"((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => { body += chunk });
    request.on('end', () => {
      const { id, numbers } = JSON.parse(body);
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ id, sum: numbers.reduce((a, b) => a + b, 0) }));
    });
  })");
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (int client = 0; client < 8; ++client)
    clients.emplace_back([&, client] {
      raw_connection to{port};
      for (int i = 0; i < 50; ++i) {
        auto id = std::to_string(client * 1000 + i);
        auto body = R"({"id":)" + id + R"(,"numbers":[1,2,)" + std::to_string(i) + "]}";
        to.send("POST /sum HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size())
                + "\r\n\r\n" + body);
        if (to.read_response().ends_with("\r\n\r\n{\"id\":" + id
                                         + ",\"sum\":" + std::to_string(3 + i) + "}"))
          ++right;
      }
    });
  for (auto& each : clients)
    each.join();
  CHECK(right == 8 * 50);
  CHECK(comes_true(ctx, "server.connections === 0"));
}

TEST_CASE("answers come in the order of pipelined requests", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, "(q, r) => setTimeout(() => r.end(q.url), q.url === '/0' ? 30 : 0)");
  raw_connection to{port};
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += get("/" + std::to_string(i));
  to.send(all);
  for (int i = 0; i < 200; ++i)
    CHECK_THAT(to.read_response(), EndsWith("\r\n\r\n/" + std::to_string(i)));
}

// -- hostile clients ------------------------------------------------------------------------

TEST_CASE("malformed requests are answered and told as 'clientError'", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, "(q, r) => { q.resume(); r.end('fine') }");
  std::string big(20'000, 'x');
  struct {
    std::string sent;
    std::string status;
    std::string code;
  } cases[]{
    {"nonsense\r\n\r\n", "400 Bad Request", "HPE_INVALID_METHOD"},
    {"GET / HTTP/9.9\r\nHost: a\r\n\r\n", "400 Bad Request", "HPE_INVALID_VERSION"},
    {"GET / HTTP/1.1\r\nHost a\r\n\r\n", "400 Bad Request", "HPE_INVALID_HEADER_TOKEN"},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: \1\r\n\r\n", "400 Bad Request", "HPE_INVALID_HEADER_TOKEN"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n", "400 Bad Request",
     "HPE_INVALID_CONTENT_LENGTH"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
     "400 Bad Request", "HPE_INVALID_CONTENT_LENGTH"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
     "400 Bad Request", "HPE_INVALID_TRANSFER_ENCODING"},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: " + big + "\r\n\r\n", "431 Request Header Fields Too Large",
     "HPE_HEADER_OVERFLOW"},
    {"GET /" + big + " HTTP/1.1\r\n\r\n", "431 Request Header Fields Too Large",
     "HPE_HEADER_OVERFLOW"},
    {"GET / HTTP/1.1\r\n\r\n", "400 Bad Request", ""},
    {"GET / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nConnection: close\r\n\r\n",
     "417 Expectation Failed", ""},
  };
  for (bool listens : {false, true}) {
    if (listens)
      value_of(
        ctx.run("server.on('clientError', (error, socket) => { globalThis.told = error.code;"
                " socket.end('HTTP/1.1 418 Told\\r\\n\\r\\n') }); 0"));
    for (const auto& [sent, status, code] : cases) {
      CAPTURE(sent.substr(0, 80), listens);
      value_of(ctx.run("globalThis.told = ''"));
      raw_connection to{port};
      REQUIRE(to.send(sent));
      auto told = listens && !code.empty();
      CHECK_THAT(to.read_all(), StartsWith("HTTP/1.1 " + (told ? "418 Told" : status) + "\r\n"));
      CHECK(value_of(ctx.run("told")).as<std::string>() == (told ? code : ""));
    }
  }
  raw_connection to{port};
  to.send(get("/"));
  CHECK_THAT(to.read_response(), EndsWith("fine"));
}

TEST_CASE("a body that turns out malformed ends its request", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(
    ctx, "(q, r) => { globalThis.seen = [];"
         " q.on('data', (d) => seen.push('' + d)); q.on('end', () => seen.push('end'));"
         " q.on('error', (e) => seen.push(e.code)); q.on('close', () => seen.push('close')) }");
  raw_connection to{port};
  to.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n");
  CHECK_THAT(to.read_all(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  CHECK(comes_true(ctx, "seen.at(-1) === 'close'"));
  CHECK(value_of(ctx.run("seen.join()")).as<std::string>() == "abc,ECONNRESET,close");
}

TEST_CASE("clients that go away at any moment leave nothing behind", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(
    ctx, "(q, r) => { q.on('error', () => {});"
         " if (q.url === '/big') { const b = Buffer.alloc(1 << 20);"
         "   (function more() { while (!r.destroyed && r.write(b)); r.once('drain', more) })() }"
         " else setTimeout(() => r.end('x'), 5) }");
  for (int round = 0; round < 5; ++round)
    for (const auto* begun :
         {"", "GE", "GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
          "GET /big HTTP/1.1\r\nHost: a\r\n\r\n"})
      for (bool resets : {false, true}) {
        raw_connection to{port};
        to.send(begun);
        if (std::string_view{begun}.find("/big") != std::string_view::npos)
          to.read(100'000);
        if (resets)
          to.reset_at_close();
      }
  CHECK(comes_true(ctx, "server.connections === 0"));
  raw_connection to{port};
  to.send(get("/"));
  CHECK_THAT(to.read_response(), EndsWith("x"));
}

TEST_CASE("connections that a server ends are ended", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, "(q, r) => { if (q.url === '/now') q.socket.destroy();"
                         " else { r.writeHead(200, { 'Content-Length': 100 }); r.write('part');"
                         "   setTimeout(() => r.destroy(), 1) } }");
  raw_connection now{port};
  now.send(get("/now"));
  CHECK(now.read_all().empty());
  raw_connection later{port};
  later.send(get("/later"));
  CHECK_THAT(later.read_all(), EndsWith("part"));
}

TEST_CASE("a client that does not read holds the writer back", "[api][http]") {
  auto ctx = with_network({.array_buffer_limit_mib = 8});
  auto port = serve(ctx, R"((q, r) => {
    globalThis.written = 0;
    (function more() {
      while (written < 64 << 20) {
        const chunk = Buffer.alloc(100000, 'y');
        written += chunk.length;
        if (!r.write(chunk)) {
          r.once('drain', more);
          return;
        }
      }
      r.end();
    })();
  })");
  raw_connection to{port, 65536};
  to.send(get("/", "Connection: close\r\n"));
  to.read_until("\r\n\r\n");
  // What the system's buffers take is all that gets through.
  auto before = value_of(ctx.run("new Promise((resolve) => { let last = -1; (function look() {"
                                 " if (written > 0 && written === last) resolve(written);"
                                 " else { last = written; setTimeout(look, 100) } })() })"))
                  .as<double>();
  CHECK(before < 32 << 20);
  auto rest = to.read_all();
  CHECK(rest.size() > std::size_t{64} << 20);
}

TEST_CASE("a reader that pauses holds the client back", "[api][http]") {
  auto ctx = with_network({.array_buffer_limit_mib = 16});
  auto port = serve(ctx, "async (q, r) => { globalThis.begun = true; globalThis.go ||= "
                         "Promise.withResolvers(); await go.promise; let n = 0;"
                         " for await (const c of q) n += c.length; r.end('' + n) }");
  constexpr std::size_t size = std::size_t{64} << 20;
  raw_connection to{port};
  auto sending = std::async(std::launch::async, [&] {
    to.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
    return to.send(std::string(size, 'z'));
  });
  CHECK(comes_true(ctx, "globalThis.begun"));
  CHECK(value_of(ctx.run("process.memoryUsage().arrayBuffers")).as<double>() < 8 << 20);
  value_of(ctx.run("go.resolve()"));
  CHECK(sending.get());
  CHECK_THAT(to.read_response(), EndsWith("\r\n\r\n" + std::to_string(size)));
}

TEST_CASE("received bytes count against the limit on ArrayBuffers", "[api][http]") {
  auto ctx = with_network({.array_buffer_limit_mib = 2});
  auto port = serve(
    ctx,
    "(q, r) => { globalThis.kept ||= []; q.on('data', (c) => kept.push(c));"
    " q.on('error', (e) => { globalThis.failed = e.code }); q.on('end', () => r.end('all')) }");
  {
    raw_connection to{port};
    to.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n");
    to.send(std::string(8'000'000, 'z'));
    CHECK(to.is_closed());
  }
  CHECK(comes_true(ctx, "globalThis.failed === 'ECONNRESET'"));
  value_of(ctx.run("kept = []; 0"));
  raw_connection to{port};
  to.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  CHECK_THAT(to.read_response(), EndsWith("all"));
}

TEST_CASE("connections beyond maxConnections are dropped", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, "(q, r) => r.end('in')");
  value_of(ctx.run(
    "server.maxConnections = 2; globalThis.dropped = 0;"
    "server.on('drop', (data) => { dropped += data.localPort === server.address().port }); 0"));
  raw_connection one{port};
  raw_connection two{port};
  one.send(get("/"));
  CHECK_THAT(one.read_response(), EndsWith("in"));
  two.send(get("/"));
  CHECK_THAT(two.read_response(), EndsWith("in"));
  raw_connection three{port};
  CHECK(three.is_closed());
  CHECK(value_of(ctx.run("dropped")).as<int>() == 1);
}

// -- time -----------------------------------------------------------------------------------

TEST_CASE("slow clients run into the server's timeouts", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, "(q, r) => { q.resume(); q.on('end', () => r.end('in time')) }", {},
                    "{ headersTimeout: 60, requestTimeout: 120, keepAliveTimeout: 50,"
                    "  keepAliveTimeoutBuffer: 0, connectionsCheckingInterval: 10 }");
  for (const auto* begun : {"", "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\n",
                            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"}) {
    CAPTURE(begun);
    raw_connection to{port};
    to.send(begun);
    CHECK_THAT(to.read_all(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  }
  raw_connection kept{port};
  kept.send(get("/"));
  auto answer = kept.read_response();
  CHECK_THAT(answer, ContainsSubstring("Keep-Alive: timeout=0") && EndsWith("in time"));
  CHECK(kept.is_closed());
  // A second head that does not come to an end.
  raw_connection again{port};
  again.send(get("/"));
  again.read_response();
  again.send("GET ");
  CHECK_THAT(again.read_all(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_CASE("server.setTimeout ends silent connections, or tells of them", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, "(q, r) => { globalThis.asked = true }");
  value_of(ctx.run("server.setTimeout(30); 0"));
  raw_connection silent{port};
  silent.send(get("/"));
  CHECK(silent.is_closed());
  value_of(ctx.run(
    "server.setTimeout(30, (socket) => { socket.end('HTTP/1.1 503 Late\\r\\n\\r\\n') }); 0"));
  raw_connection told{port};
  told.send(get("/"));
  CHECK_THAT(told.read_all(), StartsWith("HTTP/1.1 503 Late\r\n"));
}

// -- limits of runs ---------------------------------------------------------------------------

TEST_CASE("handlers have the deadline of the run that began to listen", "[api][http]") {
  reports seen;
  runtime rt{seen.options()};
  auto ctx = value_of(rt.spawn({.builtins = web_service, .allow_network = true}));
  auto port = serve(ctx,
                    "(q, r) => { if (q.url === '/loop') for (;;); "
                    "if (q.url === '/later') Promise.resolve().then(() => { for (;;); });"
                    "else r.end('quick') }",
                    {.timeout = 200ms});
  for (const auto* path : {"/loop", "/later"}) {
    CAPTURE(path);
    raw_connection loops{port};
    loops.send(get(path));
    CHECK(loops.is_closed());
    raw_connection to{port};
    to.send(get("/"));
    CHECK_THAT(to.read_response(), EndsWith("quick"));
    auto told = seen.taken();
    REQUIRE(told.size() == 1);
    CHECK(told[0].code == errc::deadline_exceeded);
  }
  CHECK(comes_true(ctx, "server.connections === 0"));
}

TEST_CASE("a request that is stopped closes what it listens on", "[api][http]") {
  auto ctx = with_network();
  auto failed = error_of(
    ctx.run("globalThis.server = require('node:http').createServer(() => {});"
            "server.on('close', () => { globalThis.closed = true });"
            "new Promise(() => server.listen(0, '127.0.0.1', () => {"
            "  globalThis.port = server.address().port; globalThis.was = server.listening }))",
            {.timeout = 500ms, .timeout_covers = timeout_scope::evaluation}));
  CHECK(failed.code == errc::deadline_exceeded);
  CHECK(comes_true(ctx, "globalThis.closed && was && !server.listening"));
  auto again = ctx.run("new Promise((resolve, reject) => {"
                       "  const next = require('node:http').createServer(() => {});"
                       "  next.on('error', reject);"
                       "  next.listen(port, '127.0.0.1', () => resolve('free')) })");
  CHECK(value_of(std::move(again)).as<std::string>() == "free");
}

TEST_CASE("a request that is stopped closes its connections, and others stay", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, "(q, r) => { globalThis.asked = true;"
                         " r.on('close', () => { globalThis.gone = true }) }");
  auto failed =
    error_of(ctx.run("new Promise(() => http.get({ port: " + std::to_string(port)
                       + ", host: '127.0.0.1', agent: false })"
                         ".on('error', (e) => { globalThis.code = e.code }))",
                     {.timeout = 500ms, .timeout_covers = timeout_scope::evaluation}));
  CHECK(failed.code == errc::deadline_exceeded);
  CHECK(comes_true(ctx, "globalThis.code === 'ECANCELED' && globalThis.asked && globalThis.gone && server.listening"));
}

TEST_CASE("a handler that throws is reported, and the server goes on", "[api][http]") {
  reports seen;
  runtime rt{seen.options()};
  auto ctx = value_of(rt.spawn({.builtins = web_service, .allow_network = true}));
  auto port =
    serve(ctx, "(q, r) => { if (q.url === '/bad') throw new Error('no'); r.end('good') }");
  raw_connection bad{port};
  bad.send(get("/bad"));
  raw_connection good{port};
  good.send(get("/"));
  CHECK_THAT(good.read_response(), EndsWith("good"));
  auto told = seen.taken();
  REQUIRE(told.size() == 1);
  CHECK(told[0].message == "Error: no");
  value_of(ctx.run("process.on('uncaughtException', (e) => { globalThis.told = e.message }); 0"));
  bad.send(get("/bad"));
  CHECK(comes_true(ctx, "globalThis.told === 'no'"));
  CHECK(seen.taken().empty());
}

// -- life -----------------------------------------------------------------------------------

TEST_CASE("a context that closes closes its connections", "[api][http]") {
  for (auto how : {close_mode::now, close_mode::drain}) {
    auto ctx = with_network();
    auto port = serve(ctx, "(q, r) => { if (q.url === '/part') r.write('part') }");
    value_of(
      ctx.run("http.get({ port: server.address().port, path: '/own' }).on('error', () => {});"
              "http.get('http://localhost:1/').on('error', () => {}); 0"));
    raw_connection idle{port};
    raw_connection begun{port};
    begun.send("GET / HT");
    raw_connection waits{port};
    waits.send(get("/part"));
    waits.read_until("part");
    value_of(ctx.close(how));
    CHECK(idle.is_closed());
    CHECK(begun.is_closed());
    CHECK(waits.is_closed());
    CHECK_FALSE(raw_connection{port}.connected());
  }
}

TEST_CASE("a context may close while it writes, connects and looks up names", "[api][http]") {
  for (int round = 0; round < 10; ++round) {
    auto ctx = with_network();
    auto port = serve(ctx, "(q, r) => { r.write(Buffer.alloc(8 << 20)) }");
    raw_connection to{port, 4096};
    to.send(get("/"));
    to.read(10);
    value_of(ctx.run("for (let i = 0; i < 20; ++i) {"
                     " http.get({ port: server.address().port }).on('error', () => {});"
                     " http.get({ host: `host${i}.invalid` }).on('error', () => {}) } 0"));
    value_of(ctx.close(close_mode::now));
  }
}

TEST_CASE("a reset closes what the realm had open", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, "(q, r) => { globalThis.asked = r }");
  raw_connection to{port};
  to.send(get("/"));
  CHECK(comes_true(ctx, "globalThis.asked"));
  value_of(ctx.reset());
  CHECK(to.is_closed());
  CHECK_FALSE(raw_connection{port}.connected());
  auto again = serve(ctx, "(q, r) => r.end('anew')");
  raw_connection fresh{again};
  fresh.send(get("/"));
  CHECK_THAT(fresh.read_response(), EndsWith("anew"));
}

TEST_CASE("what listens keeps a context busy, unless it is unref'd", "[api][http]") {
  auto ctx = with_network();
  serve(ctx, "(q, r) => r.end()");
  auto idle = ctx.idle();
  CHECK_FALSE(idle.wait_for(100ms));
  value_of(ctx.run("server.unref(); 0"));
  value_of(std::move(idle));
  value_of(ctx.run("server.ref(); 0"));
  auto closed = ctx.idle();
  CHECK_FALSE(closed.wait_for(50ms));
  value_of(ctx.run("server.close(); 0"));
  value_of(std::move(closed));
}

TEST_CASE("server.close waits for answers and ends idle connections", "[api][http]") {
  auto ctx = with_network();
  auto port =
    serve(ctx, "(q, r) => { if (q.url === '/slow') globalThis.slow = r; else r.end('ok') }");
  raw_connection idle{port};
  idle.send(get("/"));
  idle.read_response();
  raw_connection slow{port};
  slow.send(get("/slow"));
  CHECK(comes_true(ctx, "globalThis.slow"));
  value_of(ctx.run("globalThis.isClosed = false; server.close(() => { isClosed = true }); 0"));
  CHECK(idle.is_closed());
  CHECK_FALSE(value_of(ctx.run("isClosed")).as<bool>());
  value_of(ctx.run("slow.end('at last'); 0"));
  CHECK_THAT(slow.read_response(), EndsWith("at last"));
  CHECK(slow.is_closed());
  CHECK(comes_true(ctx, "isClosed"));
}

TEST_CASE("closeAllConnections ends those with answers under way", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, "(q, r) => { globalThis.asked = true }");
  raw_connection to{port};
  to.send(get("/"));
  CHECK(comes_true(ctx, "globalThis.asked"));
  value_of(ctx.run("server.closeAllConnections(); 0"));
  CHECK(to.is_closed());
}

// -- the client -------------------------------------------------------------------------------

TEST_CASE("agents keep, share and limit connections", "[api][http]") {
  auto ctx = with_network();
  serve(ctx, "(q, r) => setTimeout(() => r.end(String(q.socket.remotePort)), 2)");
  CHECK(value_of(ctx.run(R"((async () => {
    const ask = (agent) => new Promise((resolve, reject) => {
      http.get({ port: server.address().port, host: '127.0.0.1', agent }, (response) => {
        let text = '';
        response.on('data', (c) => { text += c });
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
    const keeping = new http.Agent({ keepAlive: true, maxSockets: 2 });
    const many = await Promise.all(Array.from({ length: 10 }, () => ask(keeping)));
    const more = await ask(keeping);
    const single = await Promise.all(Array.from({ length: 3 }, () => ask(false)));
    const name = keeping.getName({ port: server.address().port, host: '127.0.0.1' });
    const facts = [new Set(many).size, many.includes(more), new Set(single).size,
                   keeping.totalSocketCount, keeping.freeSockets[name].length,
                   Object.keys(keeping.sockets).length];
    keeping.destroy();
    return facts.join();
  })())"))
          .as<std::string>()
        == "2,true,3,2,2,0");
}

TEST_CASE("a client outlives servers that answer badly", "[api][http]") {
  auto ctx = with_network();
  // Each connection has one of the texts.
  int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  REQUIRE(::bind(listening, reinterpret_cast<sockaddr*>(&address), length) == 0);
  REQUIRE(::listen(listening, 8) == 0);
  REQUIRE(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  struct {
    std::string answer;
    std::string seen;
  } cases[]{
    {"", "ECONNRESET socket hang up"},
    {"HTTP/1.1 200", "ECONNRESET socket hang up"},
    {"nonsense\r\n\r\n", "HPE_INVALID_CONSTANT Parse Error: Expected HTTP/, RTSP/ or ICE/"},
    {"HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n",
     "HPE_HEADER_OVERFLOW Parse Error: Header overflow"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "ECONNRESET aborted"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
     "HPE_INVALID_CHUNK_SIZE Parse Error: Invalid character in chunk size"},
    {"HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end"},
    {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"},
    {"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "closed"},
  };
  for (const auto& [answer, seen] : cases) {
    CAPTURE(answer.substr(0, 60));
    auto asked = ctx.run(
      "new Promise((resolve) => { const failed = (e) => resolve(`${e.code} ${e.message}`);"
      "require('http').get({ host: '127.0.0.1', port: "
      + std::to_string(ntohs(address.sin_port))
      + ", agent: false }, (response) => { let text = ''; response.on('error', failed);"
        "  response.on('data', (c) => { text += c });"
        "  response.on('end', () => resolve(text)) }).on('error', failed).on('close', () => "
        "setImmediate(() => resolve('closed'))) })");
    int accepted = ::accept(listening, nullptr, nullptr);
    char request[4096];
    CHECK(::recv(accepted, request, sizeof request, 0) > 0);
    if (!answer.empty())
      CHECK(::send(accepted, answer.data(), answer.size(), MSG_NOSIGNAL) > 0);
    ::shutdown(accepted, SHUT_WR);
    CHECK(value_of(std::move(asked)).as<std::string>() == seen);
    ::close(accepted);
  }
  ::close(listening);
}

TEST_CASE("what a script does to intrinsics does not confuse its server", "[api][http]") {
  auto ctx = with_network();
  auto port = serve(ctx, "(q, r) => r.end(q.url)");
  value_of(
    ctx.run("Array.prototype.push = Array.prototype.shift = () => { throw new Error('mine') };"
            "Map.prototype.get = Set.prototype.add = () => undefined;"
            "String.prototype.toLowerCase = () => 'x'; RegExp.prototype.exec = () => null;"
            "Uint8Array.prototype.subarray = Promise.prototype.then = () => 0;"
            "Object.prototype.get = Object.prototype.value = 1; 0"));
  raw_connection to{port};
  to.send(get("/a") + get("/b"));
  CHECK_THAT(to.read_response(), EndsWith("/a"));
  CHECK_THAT(to.read_response(), EndsWith("/b"));
}
