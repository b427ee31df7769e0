// Modules from memory, with functions of C++ among them; replaced while they serve.

#include <troupe/troupe.hpp>

#include <iostream>

int main() {
  using namespace std::chrono_literals;

  auto modules = std::make_shared<troupe::memory_loader>(troupe::memory_loader::sources{
    {"main.mjs", R"(
      import { price } from 'host:catalogue';
      import rates from './rates.json' with { type: 'json' };
      export const version = 1;
      export const quote = item => `${item}: ${price(item) * rates.EUR} EUR`;
    )"},
    {"rates.json", R"({ "EUR": 2 })"},
  });
  modules->add(troupe::module_source{
    "host:catalogue", {{"price", troupe::host_function([](const std::string& item) {
                          return 1.5 * item.size();
                        })}}});

  troupe::runtime rt;
  troupe::context ctx = rt.spawn({.name = "shop", .loader = modules}).get();
  troupe::value shop = ctx.import("main.mjs", {.timeout = 5s}).get();
  auto quote = shop["quote"].as<troupe::function>();
  std::cout << "version " << shop["version"].as<int>() << ": "
            << quote("tea").get()->as<std::string>() << '\n';

  // A new version that does not work changes nothing, one that does takes over.
  for (const char* source : {"import 'missing';", "export const version = 2;"}) {
    modules->add("main.mjs", source);
    auto reloaded = ctx.reload("main.mjs").get();
    if (reloaded)
      std::cout << "version " << (*reloaded)["version"].as<int>() << '\n';
    else
      std::cout << "still version 1: " << reloaded.error().message << '\n';
  }

  // Step by step, as vm.SourceTextModule.
  troupe::source_text_module main =
    ctx.compile_module("import { n } from 'n'; export const twice = 2 * n;").get();
  troupe::synthetic_module n = ctx.make_module({{"n", 21}}).get();
  main.link_requests({n}).get().value();
  main.instantiate().get().value();
  main.evaluate({.timeout = 50ms}).get().value();
  std::cout << "twice: " << main.get("twice").get()->as<int>() << '\n';
}
