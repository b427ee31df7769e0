#include "runtime/net/http_parser.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace troupe::js::net;

namespace {

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// What was parsed, as text; bodies joined.
std::string parsed(http_parser& parser, std::string_view text, std::size_t piece,
                   bool ends = false) {
  std::string seen;
  std::string body;
  std::optional<http_failure> failed;
  auto tell = [&](const std::vector<http_event>& events, std::string_view from) {
    for (const auto& each : events) {
      if (each.what == http_event::kind::body) {
        body += from.substr(each.offset, each.length);
        continue;
      }
      const auto& fields = each.what == http_event::kind::head ? each.head.fields : each.trailers;
      if (each.what == http_event::kind::head)
        seen += (each.head.method.empty() ? std::to_string(each.head.status)
                                          : std::string{each.head.method})
                + " " + each.head.text + (each.head.keeps_alive ? " keep" : "")
                + (each.head.upgrades ? " upgrade" : "");
      else
        seen += "[" + body + "]";
      for (const auto& [name, content] : fields)
        seen += " " + name + "=" + content;
      seen += each.what == http_event::kind::head ? " " : ";";
      body.clear();
    }
  };
  for (std::size_t at = 0; at < text.size() && !failed && !parser.upgraded_at(); at += piece) {
    std::vector<http_event> events;
    auto part = text.substr(at, piece);
    failed = parser.read(bytes(part), events);
    tell(events, part);
  }
  if (ends && !failed) {
    std::vector<http_event> events;
    failed = parser.finish(events);
    tell(events, {});
  }
  return failed ? seen + "!" + failed->code : seen;
}

} // namespace

TEST_CASE("messages are the same in whatever pieces they come", "[runtime][http]") {
  constexpr std::string_view text =
    "POST /a?b HTTP/1.1\r\nHost: h\r\nX:  spaced \t\r\nEmpty:\r\nContent-Length: 5\r\n\r\nhello"
    "PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: "
    "1\r\n\r\n"
    "GET /d HTTP/1.0\r\n\r\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    CAPTURE(piece);
    http_parser parser{{}};
    CHECK(parsed(parser, text, piece)
          == "POST /a?b keep Host=h X=spaced Empty= Content-Length=5 [hello];"
             "PUT /c keep Transfer-Encoding=chunked [abcde] T=1;"
             "GET /d [];");
  }
}

TEST_CASE("responses end with their length, their chunks or the connection", "[runtime][http]") {
  http_parser first{{.responses = true}};
  CHECK(parsed(first,
               "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
               "HTTP/1.1 204 No Content\r\n\r\n",
               7)
        == "100 Continue keep [];200 OK keep Content-Length=2 [ok];204 No Content keep [];");
  http_parser second{{.responses = true}};
  CHECK(parsed(second, "HTTP/1.1 200 OK\r\n\r\nall of it", 9, true) == "200 OK [all of it];");
  http_parser third{{.responses = true}};
  CHECK(parsed(third, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", 9, true)
        == "200 OK keep Content-Length=5 !HPE_INVALID_EOF_STATE");
  http_parser head{{.responses = true, .bodiless = true}};
  CHECK(parsed(head, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 11)
        == "200 OK keep Content-Length=5 [];200 OK [];");
}

TEST_CASE("heads, trailers and chunk extensions have a limit", "[runtime][http]") {
  http_parser_options small{.head_bytes_max = 100, .fields_max = 3};
  std::string much(200, 'x');
  for (const auto& text :
       {"GET /" + much + " HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n" + much + ": 1\r\n\r\n",
        "GET / HTTP/1.1\r\nX: " + much + "\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + much + "\r\n\r\n"})
    for (std::size_t piece : {std::size_t{1}, std::size_t{64}, text.size()}) {
      http_parser parser{small};
      CHECK(parsed(parser, text, piece).ends_with("!HPE_HEADER_OVERFLOW"));
    }
  http_parser fields{small};
  CHECK(parsed(fields, "GET / HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n\r\n", 10)
        == "GET / keep a=1 b=2 c=3 [];");
  http_parser chunks{{}};
  CHECK(parsed(chunks,
               "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;a="
                 + std::string(20'000, 'y') + "\r\n",
               1000)
          .ends_with("!HPE_CHUNK_EXTENSIONS_OVERFLOW"));
}

TEST_CASE("upgrades are taken when they are wanted", "[runtime][http]") {
  constexpr std::string_view wish = "GET / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n";
  constexpr std::string_view more = "more";
  http_parser takes{{.takes_upgrades = true}};
  std::vector<http_event> events;
  CHECK_FALSE(takes.read(bytes(std::string{wish} + std::string{more}), events));
  REQUIRE(events.size() == 2);
  CHECK(events[0].head.upgrades);
  CHECK(takes.upgraded_at() == wish.size());

  http_parser refuses{{}};
  CHECK(parsed(refuses, std::string{wish} + "GET /next HTTP/1.1\r\n\r\n", 5)
        == "GET / keep Upgrade=x Connection=upgrade [];GET /next keep [];");

  http_parser tunnels{{.responses = true, .tunnels = true}};
  CHECK(parsed(tunnels, "HTTP/1.1 200 OK\r\n\r\nraw", 4) == "200 OK upgrade [];");
  CHECK(tunnels.upgraded_at().has_value());
  http_parser refused{{.responses = true, .tunnels = true}};
  CHECK(parsed(refused, "HTTP/1.1 403 No\r\nContent-Length: 1\r\n\r\nx", 4)
        == "403 No keep Content-Length=1 [x];");
}

TEST_CASE("what is no HTTP fails with llhttp's code", "[runtime][http]") {
  struct {
    std::string_view text;
    std::string_view code;
  } cases[]{
    {"x\r\n\r\n", "HPE_INVALID_METHOD"},
    {"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
     "HPE_UNEXPECTED_CONTENT_LENGTH"},
    {"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "HPE_INVALID_TRANSFER_ENCODING"},
    {"GET / HTTP/1.1\r\na\r\n\r\n", "HPE_INVALID_HEADER_TOKEN"},
    {"GET / HTTP/1.1\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n\r\n",
     "HPE_CLOSED_CONNECTION"},
  };
  for (const auto& [text, code] : cases) {
    CAPTURE(text);
    http_parser parser{{}};
    CHECK(parsed(parser, text, 3).ends_with(code));
  }
}
