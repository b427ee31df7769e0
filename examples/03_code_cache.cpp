// Compile once: between contexts, between processes, and by hand.

#include <troupe/troupe.hpp>

#include <filesystem>
#include <iostream>

namespace {

std::string a_large_script() {
  std::string code;
  for (int i = 0; i < 2000; ++i) {
    auto n = std::to_string(i);
    code += "function f" + n + "(x) { return x + " + n + " }\nvar v" + n + " = f" + n + "(1);\n";
  }
  return code + "v1999 //# sourceMappingURL=large.map";
}

} // namespace

int main() {
  auto folder = std::filesystem::temp_directory_path() / "troupe-example-code-cache";
  auto code = a_large_script();

  // The second process, here the second runtime, compiles from the folder.
  for (int process = 1; process <= 2; ++process) {
    troupe::runtime rt{{.code_cache_dir = folder.string()}};
    troupe::script job = rt.compile(code, {.filename = "large.js"}).get();
    // The first context to run it makes the cache, the others compile from it.
    for (int i = 0; i < 3; ++i) {
      troupe::context ctx = rt.spawn().get();
      [[maybe_unused]] troupe::value answer = ctx.run(job).get();
    }
    std::cout << "process " << process << ": " << rt.code_cache_statistics().found
              << " found in the folder\n";
  }
  std::filesystem::remove_all(folder);

  // By hand: the data may be kept anywhere that is trusted as much as the script.
  troupe::runtime rt;
  troupe::context ctx = rt.spawn().get();
  troupe::script job{code};
  [[maybe_unused]] troupe::value answer = ctx.run(job).get();
  std::vector<std::byte> data = ctx.create_cached_data(job).get();

  troupe::context other = rt.spawn().get();
  troupe::script good = other.compile(code, {.cached_data = data}).get();
  std::cout << "rejected:  " << std::boolalpha << *good.cached_data_rejected() << '\n'
            << "its map:   " << *good.source_map_url() << '\n';

  data[data.size() / 2] ^= std::byte{1};
  troupe::script damaged = other.compile(code, {.cached_data = data}).get();
  std::cout << "damaged:   " << *damaged.cached_data_rejected()
            << ", and it runs: " << other.run(damaged).get()->as<int>() << '\n';
}
