// What an import means, fuzzed: whatever specifier, importer, package.json and tree of files
// come, the answer is an error or a file below the root.
//
// The input is text: fields that end with a newline. The first is the specifier, the second the
// importer, the third a list of paths below /app/node_modules, which are files; the rest is the
// package.json of all packages, and an import map.

#include "api/file_url.hpp"
#include "api/import_map.hpp"
#include "api/package_resolution.hpp"
#include "tests/support/memory_files.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

using namespace troupe;
using namespace troupe::detail;

namespace {

std::string_view field(std::string_view& input, char end) {
  auto size = std::min(input.find(end), input.size());
  auto taken = input.substr(0, size);
  input.remove_prefix(std::min(size + 1, input.size()));
  return taken;
}

void require(bool holds, std::string_view what, const std::string& path) {
  if (holds)
    return;
  std::cerr << what << ": " << path << '\n';
  std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(data), size};
  module_request request;
  request.specifier = field(input, '\n');
  request.referrer = field(input, '\n');
  auto paths = field(input, '\n');

  testing::memory_files files{{"/app/main.mjs", ""}, {"/app/lib/a.js", ""}, {"/etc/passwd", ""}};
  files.add("/app/package.json", std::string{input});
  for (int i = 0; !paths.empty() && i < 16; ++i) {
    auto path = normal_path("/app/node_modules/" + std::string{field(paths, ':')});
    files.add(path, path.ends_with("package.json") ? std::string{input} : std::string{});
  }

  const resolution_rules rules{
    .root = "/app", .conditions = {"node", "import"}, .guessed_extensions = {".mjs", ".js"}};
  auto resolved = resolve_module(request, rules, files);
  if (resolved) {
    const auto& path = resolved->path;
    require(lies_within(path, rules.root), "outside of the root", path);
    require(path == normal_path(path), "not normal", path);
    require(path.find('\0') == std::string::npos, "has a NUL", path);
    require(files.kind(path) == file_kind::file, "no file", path);
    // Its URL means the same file.
    auto again =
      resolve_module({.specifier = url_of_path(path) + resolved->suffix}, rules, files);
    bool backslash = path.find('\\') != std::string::npos; // refused in URLs
    require(backslash || (again && again->path == path), "another file by its URL", path);
  } else {
    require(!resolved.error().message.empty(), "an error without a message", request.specifier);
  }

  if (auto map = import_map::parse(input, "file:///app/")) {
    auto url = map->resolve(request.specifier, request.referrer);
    if (url && *url)
      require(resolved_url(**url).has_value(), "mapped to no URL", **url);
  }
  return 0;
}
