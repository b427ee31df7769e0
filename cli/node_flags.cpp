#include "cli/node_flags.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace troupe::cli {

namespace {

// Options of `troupe run` whose value is the next argument.
constexpr std::array<std::string_view, 8> with_value{
  "-t",     "--timeout", "--heap-limit", "--array-buffer-limit",
  "--name", "--v8-flag", "-e",           "--eval"};

constexpr std::array<std::string_view, 20> without_effect{"--abort-on-uncaught-exception",
                                                          "--deprecation",
                                                          "--enable-source-maps",
                                                          "--expose-internals",
                                                          "--frozen-intrinsics",
                                                          "--insecure-http-parser",
                                                          "--node-snapshot",
                                                          "--no-addons",
                                                          "--no-node-snapshot",
                                                          "--no-global-search-paths",
                                                          "--pending-deprecation",
                                                          "--preserve-symlinks",
                                                          "--preserve-symlinks-main",
                                                          "--report-on-fatalerror",
                                                          "--test-only",
                                                          "--title",
                                                          "--v8-pool-size",
                                                          "--warnings",
                                                          "--verify-base-objects",
                                                          "--no-verify-base-objects"};

// V8's own that are set in front of programs, above all of tests.
constexpr std::array<std::string_view, 33> of_v8{"--allow-natives-syntax",
                                                 "--always-sparkplug",
                                                 "--compilation-cache",
                                                 "--gc-global",
                                                 "--gc-interval",
                                                 "--interpreted-frames-native-stack",
                                                 "--jitless",
                                                 "--js-source-phase-imports",
                                                 "--lazy",
                                                 "--lite-mode",
                                                 "--maglev",
                                                 "--max-heap-size",
                                                 "--max-lazy",
                                                 "--max-semi-space-size",
                                                 "--min-semi-space-size",
                                                 "--no-compilation-cache",
                                                 "--no-lazy",
                                                 "--no-maglev",
                                                 "--no-opt",
                                                 "--no-sparkplug",
                                                 "--no-turbofan",
                                                 "--opt",
                                                 "--predictable",
                                                 "--predictable-gc-schedule",
                                                 "--random-gc-interval",
                                                 "--random-seed",
                                                 "--sparkplug",
                                                 "--stack-size",
                                                 "--stress-compaction",
                                                 "--stress-lazy-source-positions",
                                                 "--turbofan",
                                                 "--use-strict",
                                                 "--wasm-lazy-compilation"};

// Options of Node's whose value may be the next argument.
constexpr std::array<std::string_view, 3> preloads{"-r", "--require", "--import"};

constexpr std::array<std::string_view, 5> rejection_modes{"strict", "warn", "none", "throw",
                                                          "warn-with-error-codes"};

bool has_no_effect(std::string_view name) {
  // In front of them are those that have one.
  return name.starts_with("--experimental-") || name.starts_with("--no-experimental-")
         || name.starts_with("--trace-") || name.starts_with("--no-trace-")
         || std::ranges::find(without_effect, name) != without_effect.end();
}

/// @returns whether it is one of Node's. `value` follows `=`.
bool take(node_flags& to, std::string_view name, std::string_view value) {
  auto number = [&](auto& into) {
    auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), into);
    if (failed != std::errc{} || end != value.data() + value.size())
      to.problem = fmt::format("{} wants a number", name);
  };
  if (name == "--input-type") {
    to.has_input_type = true;
    to.input_is_module = value == "module";
    if (value != "module" && value != "commonjs")
      to.problem = "--input-type must be module or commonjs";
  } else if (name == "--no-warnings") {
    to.no_warnings = true;
  } else if (name == "--trace-warnings") {
    to.trace_warnings = true;
  } else if (name == "--no-deprecation") {
    to.no_deprecation = true;
  } else if (name == "--trace-deprecation") {
    to.trace_deprecation = true;
  } else if (name == "--throw-deprecation") {
    to.throw_deprecation = true;
  } else if (name == "--disable-warning") {
    to.disabled_warnings.emplace_back(value);
  } else if (name == "--unhandled-rejections") {
    to.unhandled_rejections = value;
    if (std::ranges::find(rejection_modes, value) == rejection_modes.end())
      to.problem = fmt::format("invalid value for --unhandled-rejections: one of {} is wanted",
                               fmt::join(rejection_modes, ", "));
  } else if (name == "-r" || name == "--require") {
    to.required.emplace_back(value);
  } else if (name == "--import") {
    to.imported.emplace_back(value);
  } else if (name == "--disallow-code-generation-from-strings") {
    to.disallows_code_from_strings = true;
  } else if (name == "--max-old-space-size") {
    number(to.heap_limit_mib);
  } else if (name == "--expose-gc") {
    to.v8_flags.emplace_back("--expose-gc");
  } else if (name == "--stack-trace-limit") {
    int limit = 0;
    number(limit);
    to.v8_flags.push_back(fmt::format("--stack-trace-limit={}", limit));
  } else if (name.starts_with("--harmony") || name.starts_with("--no-harmony")
             || std::ranges::find(of_v8, name) != of_v8.end()) {
    to.v8_flags.push_back(value.empty() ? std::string{name} : fmt::format("{}={}", name, value));
  } else {
    return has_no_effect(name);
  }
  return true;
}

} // namespace

node_flags take_node_flags(const std::vector<std::string>& arguments) {
  node_flags made;
  std::size_t i = 0;
  for (; i < arguments.size(); ++i) {
    const auto& each = arguments[i];
    if (each.size() < 2 || each.front() != '-' || each == "--")
      break;
    if (each == "-pe") { // both at once, as people write it
      made.others.emplace_back("-p");
      made.others.emplace_back("-e");
      if (i + 1 < arguments.size())
        made.others.push_back(arguments[++i]);
      continue;
    }
    if (std::ranges::find(with_value, each) != with_value.end()) {
      made.others.push_back(each);
      if (i + 1 < arguments.size())
        made.others.push_back(arguments[++i]);
      continue;
    }
    if (std::ranges::find(preloads, each) != preloads.end()) {
      if (i + 1 == arguments.size()) {
        made.problem = fmt::format("{} wants a module", each);
        ++i;
        break;
      }
      made.given.push_back(each);
      made.given.push_back(arguments[++i]);
      take(made, each, arguments[i]);
      continue;
    }
    auto equals = each.find('=');
    auto name = each.substr(0, equals);
    // As in Node, also V8's.
    if (name.starts_with("--"))
      std::replace(name.begin() + 2, name.end(), '_', '-');
    auto value = equals == std::string::npos ? std::string_view{}
                                             : std::string_view{each}.substr(equals + 1);
    if (take(made, name, value))
      made.given.push_back(each);
    else
      made.others.push_back(each);
  }
  made.others.insert(made.others.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i),
                     arguments.end());
  return made;
}

} // namespace troupe::cli
