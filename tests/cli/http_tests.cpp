// `troupe run` as a host of servers.

#include "tests/cli/command.hpp"
#include "tests/support/raw_connection.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <signal.h>

#include <string>

using namespace troupe::cli::test;
using namespace troupe::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

TEST_CASE("the documentation's HTTP server within a VM serves", "[cli][http]") {
  constexpr int port = 8124; // the documentation's
  if (raw_connection{port}.connected())
    SKIP("somebody else listens on port 8124: the documentation's example was NOT run");
  temporary_file example{R"js('use strict';
const vm = require('node:vm');

const code = `
((require) => {
  const http = require('node:http');

  http.createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    response.end('Hello World\\n');
  }).listen(8124);

  console.log('Server running at http://127.0.0.1:8124/');
})`;

vm.runInThisContext(code)(require);
)js"};
  command server{{"run", example.path()}};
  REQUIRE(server.wait_for("Server running at http://127.0.0.1:8124/\n"));
  raw_connection client{port};
  for (int i = 0; i < 3; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: 127.0.0.1:8124\r\n\r\n");
    CHECK_THAT(client.read_until("0\r\n\r\n"),
               StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: ")
                 && EndsWith("\r\n\r\nc\r\nHello World\n\r\n0\r\n\r\n"));
  }
  server.signal(SIGINT);
  CHECK(server.wait().status == 130);
  CHECK_FALSE(raw_connection{port}.connected());
}

TEST_CASE("a program lives as long as it listens", "[cli][http]") {
  auto run = [](const std::string& more) {
    return troupe_command({"run", "-e",
                           "const server = require('http').createServer((q, r) => r.end('ok'));"
                           "server.listen(0, '127.0.0.1', () => {"
                             + more + "}); process.on('exit', () => console.log('exit'))"});
  };
  CHECK(run("server.unref()").out == "exit\n");
  CHECK(run("setTimeout(() => server.close(() => console.log('closed')), 20)").out
        == "closed\nexit\n");
  // An idle connection of an agent holds nobody up, nor does one that was kept alive.
  auto done =
    run("require('http').get({ host: '127.0.0.1', port: server.address().port }, (response) => {"
        "  response.resume().on('end', () => { console.log('end'); server.close() }) })");
  CHECK(done.out == "end\nexit\n");
  CHECK(done.status == 0);
}

TEST_CASE("errors of servers and clients that nobody hears end the program", "[cli][http]") {
  auto taken = troupe_command(
    {"run", "-e",
     "const http = require('http'); const one = http.createServer().listen(0, '127.0.0.1', () =>"
     " http.createServer().listen(one.address().port, '127.0.0.1'))"});
  CHECK(taken.status == 1);
  CHECK_THAT(taken.err,
             ContainsSubstring("Error: listen EADDRINUSE: address already in use 127.0.0.1:")
               && ContainsSubstring("code: 'EADDRINUSE'")
               && ContainsSubstring("syscall: 'listen'"));
  auto refused = troupe_command({"run", "-e", "require('http').get('http://127.0.0.1:1/')"});
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, ContainsSubstring("Error: connect ECONNREFUSED 127.0.0.1:1"));
  auto thrown = troupe_command(
    {"run", "-e",
     "const server = require('http').createServer(() => { throw new Error('no') });"
     "server.listen(0, '127.0.0.1', () => require('http').get({ host: '127.0.0.1', port: "
     "server.address().port }).on('error', () => {}))"});
  CHECK(thrown.status == 1);
  CHECK_THAT(thrown.err, ContainsSubstring("Error: no\n"));
  auto unknown = troupe_command(
    {"run", "-e",
     "require('http').get('http://no-such-host.invalid/').on('error', (e) =>"
     " console.log(e.syscall, e.hostname, ['ENOTFOUND', 'EAI_AGAIN'].includes(e.code)))"});
  CHECK(unknown.out == "getaddrinfo no-such-host.invalid true\n");
}

TEST_CASE("servers listen on local sockets too", "[cli][http]") {
  auto done = troupe_command(
    {"run", "-e",
     "const path = require('path').join(require('fs').mkdtempSync('/tmp/troupe-http-'), 's');"
     "const server = require('http').createServer((q, r) => r.end('local'));"
     "server.listen(path, () => require('http').get({ socketPath: path, agent: false }, (r) => {"
     "  r.on('data', (d) => console.log(`${d}`)); console.log(server.address() === path); "
     "server.close(() => {"
     "  console.log(require('fs').existsSync(path));"
     "  require('fs').rmSync(require('path').dirname(path), { recursive: true }) }) }))"});
  CHECK(done.err.empty());
  CHECK(done.out == "true\nlocal\nfalse\n");
}

TEST_CASE("ECMAScript modules import node:http", "[cli][http]") {
  temporary_file program{
    "import http, { createServer, get, STATUS_CODES } from 'node:http';\n"
    "import * as all from 'http';\n"
    "const server = createServer((q, r) => r.end(STATUS_CODES[200]));\n"
    "await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));\n"
    "const text = await new Promise((resolve) => get({ host: '127.0.0.1', port: "
    "server.address().port },\n"
    "  (r) => r.setEncoding('utf8').on('data', resolve)));\n"
    "console.log(text, http.get === get, all.default === http);\n"
    "server.close();\n",
    ".mjs"};
  auto done = troupe_command({"run", program.path()});
  CHECK(done.err.empty());
  CHECK(done.out == "OK true true\n");
}
