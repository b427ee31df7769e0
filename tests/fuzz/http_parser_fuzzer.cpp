// HTTP messages, fuzzed: whatever comes, in whatever pieces, what is parsed is the same, lies
// within what was read, and keeps the limits.
//
// The first byte of the input chooses the options, the second the size of the pieces.

#include "runtime/net/http_parser.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace troupe::js::net;

namespace {

constexpr std::size_t head_bytes_max = 512;
constexpr std::size_t fields_max = 8;

void require(bool holds, std::string_view what) {
  if (holds)
    return;
  std::cerr << what << '\n';
  std::abort();
}

std::size_t bytes_of(const std::vector<http_field>& fields) {
  std::size_t bytes = 0;
  for (const auto& each : fields)
    bytes += each.name.size() + each.content.size();
  return bytes;
}

/// What was parsed, as text; bodies joined.
std::string parsed(const http_parser_options& options, std::span<const std::uint8_t> input,
                   std::size_t piece) {
  http_parser parser{options};
  std::string seen;
  std::optional<http_failure> failed;
  std::vector<http_event> events;
  auto tell = [&](std::span<const std::uint8_t> from) {
    for (const auto& each : events) {
      require(each.offset + each.length <= from.size(), "a body beyond what was read");
      require(each.head.fields.size() <= fields_max && each.trailers.size() <= fields_max,
              "more fields than may be");
      require(each.head.text.size() + bytes_of(each.head.fields) <= head_bytes_max
                && bytes_of(each.trailers) <= head_bytes_max,
              "a larger head than may be");
      if (each.what == http_event::kind::body) {
        auto body = from.subspan(each.offset, each.length);
        seen.append(body.begin(), body.end());
        continue;
      }
      seen += each.what == http_event::kind::head ? "\nhead " : "\nend ";
      seen += std::string{each.head.method} + ' ' + std::to_string(each.head.status) + ' '
              + each.head.text + ' ' + std::to_string(each.head.keeps_alive)
              + std::to_string(each.head.upgrades);
      for (const auto* fields : {&each.head.fields, &each.trailers})
        for (const auto& [name, content] : *fields)
          seen += '|' + name + '=' + content;
      seen += '\n';
    }
    events.clear();
  };
  while (!input.empty() && !failed && !parser.upgraded_at()) {
    auto part = input.first(std::min(piece, input.size()));
    input = input.subspan(part.size());
    failed = parser.read(part, events);
    tell(part);
    if (auto at = parser.upgraded_at())
      require(*at <= part.size(), "an upgrade beyond what was read");
  }
  if (!failed && !parser.upgraded_at()) {
    failed = parser.finish(events);
    tell({});
  }
  // Of two faults in one piece either may be told.
  return seen + (failed ? "!" : "");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2)
    return 0;
  http_parser_options options{.responses = (data[0] & 1) != 0,
                              .head_bytes_max = head_bytes_max,
                              .fields_max = fields_max,
                              .bodiless = (data[0] & 2) != 0,
                              .tunnels = (data[0] & 4) != 0,
                              .takes_upgrades = (data[0] & 8) != 0};
  std::span input{data + 2, size - 2};
  auto whole = parsed(options, input, std::max<std::size_t>(input.size(), 1));
  require(parsed(options, input, data[1] % 32U + 1) == whole, "pieces make a difference");
  return 0;
}
