#include "tests/hostile/hostile_script.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace troupe::testing {

namespace {

std::optional<errc> outcome_named(const std::string& name) {
  constexpr std::array<std::pair<std::string_view, errc>, 6> codes{{
    {"uncaught_exception", errc::uncaught_exception},
    {"deadline_exceeded", errc::deadline_exceeded},
    {"heap_limit_exceeded", errc::heap_limit_exceeded},
    {"output_limit_exceeded", errc::output_limit_exceeded},
    {"context_lost", errc::context_lost},
    {"clone_failed", errc::clone_failed},
  }};
  if (name == "value")
    return std::nullopt;
  const auto* found =
    std::ranges::find(codes, name, [](const auto& entry) { return entry.first; });
  if (found == codes.end())
    throw std::runtime_error{"no such outcome: " + name};
  return found->second;
}

} // namespace

hostile_script read_hostile_script(const std::filesystem::path& path) {
  std::ifstream file{path};
  hostile_script made{.name = path.stem().string()};
  made.source.assign(std::istreambuf_iterator<char>{file}, {});
  auto line = made.source.substr(0, made.source.find('\n'));
  auto colon = line.find(": ");
  if (!line.starts_with("// ") || colon == std::string::npos)
    throw std::runtime_error{path.string() + " does not begin with `// outcome: purpose`"};
  made.expected = line.substr(3, colon - 3);
  made.purpose = line.substr(colon + 2);
  std::istringstream names{made.expected};
  for (std::string name; std::getline(names, name, '|');)
    made.outcomes.push_back(outcome_named(name));
  return made;
}

std::vector<std::filesystem::path> hostile_scripts_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

} // namespace troupe::testing
