#include "cli/fleet_manifest.hpp"

#include "cli/json_value.hpp"
#include "cli/source_text.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace troupe::cli {

namespace {

namespace fs = std::filesystem;

/// Reads one manifest; the first thing that is wrong ends it.
class manifest_reader {
public:
  explicit manifest_reader(fs::path path) : path_(std::move(path)), folder_(path_.parent_path()) {
  }

  fleet_manifest read() {
    auto text = take(read_source(path_.string()));
    json document;
    try {
      document = json::parse(text);
    } catch (const json::exception& wrong) {
      reject("it is no JSON: {}", wrong.what());
    }
    fleet_manifest made{.path = path_.string(), .kinds = {}};
    const auto& kinds = member(document, "kinds", "the manifest");
    if (!kinds.is_array() || kinds.empty())
      reject("\"kinds\" is no list of kinds");
    for (const auto& kind : kinds)
      made.kinds.push_back(read_kind(document, kind));
    return made;
  }

private:
  fleet_kind read_kind(const json& document, const json& from) {
    auto name = text(member(from, "name", "a kind"), "name");
    auto where = fmt::format("kind \"{}\"", name);
    auto path = text(member(from, "script", where), where + ": script");
    fleet_kind made{.name = std::move(name),
                    .work = script{take(read_source((folder_ / path).string())),
                                   {.filename = fs::path{path}.filename().string()}},
                    .input = "",
                    .expected = {}};
    if (from.contains("input"))
      made.input = take(read_source((folder_ / text(from["input"], where + ": input")).string()));
    made.share = number(from, document, "share", where, 1);
    made.timeout = std::chrono::milliseconds{number(from, document, "timeout_ms", where, 10'000)};
    made.heap_limit_mib = number(from, document, "heap_limit_mib", where, 64);
    made.array_buffer_limit_mib = number(from, document, "array_buffer_limit_mib", where, 64);
    made.expect =
      read_expectation(text(member(from, "expect", where), where + ": expect"), where);
    if (made.honest()) {
      const auto& expected = member(from, "expected", where);
      if (!expected.is_array() || expected.empty())
        reject("{}: \"expected\" is no list of results", where);
      for (const auto& each : expected)
        made.expected.push_back(from_json(each));
    }
    return made;
  }

  expectation read_expectation(const std::string& from, const std::string& where) const {
    static const std::array<std::pair<std::string_view, expectation>, 4> names{{
      {"result", expectation::result},
      {"timeout", expectation::timeout},
      {"heap_limit", expectation::heap_limit},
      {"error", expectation::error},
    }};
    for (const auto& [name, meant] : names)
      if (name == from)
        return meant;
    reject("{}: \"expect\" is \"{}\", which is none of result, timeout, heap_limit, error", where,
           from);
  }

  const json& member(const json& from, const char* key, const std::string& where) const {
    if (!from.is_object() || !from.contains(key))
      reject("{} has no \"{}\"", where, key);
    return from[key];
  }

  [[nodiscard]] std::string text(const json& from, const std::string& where) const {
    if (!from.is_string())
      reject("{} is no text", where);
    return from.get<std::string>();
  }

  /// A positive number of the kind, else of the document, else `otherwise`.
  [[nodiscard]] std::uint32_t number(const json& kind, const json& document, const char* key,
                                     const std::string& where, std::uint32_t otherwise) const {
    const auto& holder = kind.contains(key) ? kind : document;
    if (!holder.contains(key))
      return otherwise;
    const auto& found = holder[key];
    if (!found.is_number_unsigned() || found == 0 || found > 1'000'000'000u)
      reject("{}: \"{}\" is no positive number", where, key);
    return found.get<std::uint32_t>();
  }

  std::string take(result<std::string> from) const {
    if (!from)
      reject("{}", from.error().message);
    return *std::move(from);
  }

  template <class... T>
  [[noreturn]] void reject(fmt::format_string<T...> format, T&&... parts) const {
    throw failure{{.code = errc::invalid_argument,
                   .message = fmt::format("manifest '{}': {}", path_.string(),
                                          fmt::format(format, std::forward<T>(parts)...))}};
  }

  fs::path path_;
  fs::path folder_;
};

} // namespace

result<std::string> find_manifest() {
  std::error_code failed;
  auto folder = fs::read_symlink("/proc/self/exe", failed).parent_path();
  const std::array places{
    (folder / TROUPE_SCRIPTS_FROM_BIN / "fleet.json").lexically_normal(),
    fs::path{TROUPE_SCRIPTS_IN_SOURCES} / "fleet.json",
  };
  for (const auto& each : places)
    if (fs::exists(each, failed))
      return each.string();
  return error{.code = errc::invalid_argument,
               .message = fmt::format("no manifest: there is neither '{}' nor '{}'; name one "
                                      "with --manifest",
                                      places[0].string(), places[1].string())};
}

result<fleet_manifest> read_manifest(const std::string& path) {
  try {
    return manifest_reader{path}.read();
  } catch (const failure& wrong) {
    return wrong.error();
  }
}

} // namespace troupe::cli
