// Compiles all built-ins with this V8 and its flags and writes their code caches as C++.
// Runs while Troupe is built: troupe_builtin_caches_tool <file.cpp>

#include "runtime/builtin_compiler.hpp"
#include "runtime/builtin_sources.hpp"
#include "runtime/code_cache.hpp"
#include "runtime/isolate.hpp"

#include <fmt/format.h>
#include <v8-exception.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace troupe::js {

// The tool is what makes them.
builtin_code_caches built_code_caches() noexcept {
  return {};
}

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

std::string literal_of(const code_cache& cache) {
  std::string text = "\"";
  std::size_t column = 0;
  for (auto byte : cache.bytes()) {
    fmt::format_to(std::back_inserter(text), "\\{:03o}", std::to_integer<unsigned>(byte));
    if (++column % 24 == 0)
      text += "\"\n    \"";
  }
  return text + "\"";
}

int write_caches(const char* path) {
  isolate owner{engine::start(),
                {.heap_bytes = 512 * mib, .array_buffer_bytes = mib, .stack_bytes = 984 * 1024},
                std::make_shared<loop_waker>(),
                {[] {}, [](const char*) {}}};
  isolate_scope here{owner};
  auto context = v8::Context::New(here.v8());
  v8::Context::Scope entered{context};
  std::string arrays;
  std::string views;
  auto sources = builtin_sources();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    v8::TryCatch caught{here.v8()};
    v8::Local<v8::Function> compiled;
    code_cache_ptr cache;
    if (compile_builtin(context, i, nullptr).ToLocal(&compiled))
      cache = make_code_cache(compiled);
    if (!cache) {
      std::string why = "V8 makes no code cache of it";
      if (caught.HasCaught()) {
        v8::String::Utf8Value text{here.v8(), caught.Exception()};
        why = fmt::format("line {}: {}", caught.Message()->GetLineNumber(context).FromMaybe(0),
                          *text != nullptr ? *text : "?");
      }
      std::fputs(fmt::format("runtime/builtins/{}.js: {}\n", sources[i].id, why).c_str(), stderr);
      return EXIT_FAILURE;
    }
    arrays += fmt::format("// {}\nalignas(8) constexpr char cache_{}[] =\n    {};\n",
                          sources[i].id, i, literal_of(*cache));
    views += fmt::format("  std::string_view{{cache_{}, {}}},\n", i, cache->bytes().size());
  }
  std::ofstream out{path, std::ios::trunc};
  out << fmt::format("// Made by troupe_builtin_caches_tool.\n"
                     "#include \"runtime/builtin_sources.hpp\"\n\n"
                     "namespace troupe::js {{\n\nnamespace {{\n\n"
                     "{}\n"
                     "constexpr std::string_view caches[]{{\n{}}};\n\n"
                     "}} // namespace\n\n"
                     "builtin_code_caches built_code_caches() noexcept {{\n"
                     "  return {{\"{}\", caches}};\n}}\n\n"
                     "}} // namespace troupe::js\n",
                     arrays, views, builtin_engine());
  out.close();
  if (!out) {
    std::fputs(fmt::format("{} cannot be written\n", path).c_str(), stderr);
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

} // namespace

} // namespace troupe::js

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: troupe_builtin_caches_tool <file.cpp>\n", stderr);
    return EXIT_FAILURE;
  }
  return troupe::js::write_caches(arguments[1]);
}
