// A runtime, a context, and the ways to get at an answer.

#include <troupe/troupe.hpp>

#include <chrono>
#include <iostream>

using namespace std::chrono_literals;

troupe::future<int> later(troupe::context& ctx) {
  auto result =
    co_await ctx.run("new Promise(done => done('later'))"); // settles with the promise
  std::cout << "a promise:  " << result->as<std::string>() << '\n';
  co_return 0;
}

int main() {
  troupe::runtime rt;
  troupe::context ctx = rt.spawn({.name = "tenant-42", .globals = {{"x", 2}}}).get();

  auto answer = ctx.run("x += 40; var y = 17; x", {.timeout = 50ms}).get();
  std::cout << "an answer:  " << answer->as<int>() << '\n';

  auto stopped = ctx.run("while (true) {}", {.timeout = 50ms}).then([](auto result) {
    std::cout << "a runaway:  " << code_name(result.error().code) << '\n';
  });
  stopped.get().value(); // wait for the line above

  std::cout << "it lives:   y is " << ctx.get("y").get()->as<int>() << '\n';
  return later(ctx).get().value();
}
