// Scripts call C++, at once and asynchronously; C++ calls functions of scripts.

#include <troupe/troupe.hpp>

#include <iostream>
#include <string>
#include <vector>

int main() {
  troupe::runtime rt;
  troupe::context store = rt.spawn({.name = "store"}).get();

  // A property of an object like any other value; arguments are converted, or the
  // script gets a TypeError.
  auto math = troupe::value::object({
    {"hypot", troupe::host_function{[](double a, double b) { return a * a + b * b; }}},
    {"sum", troupe::host_function{[](const std::vector<double>& numbers) {
       double sum = 0;
       for (double number : numbers)
         sum += number;
       return sum;
     }}},
  });

  // A future is a promise for the script: here the answer of another context.
  troupe::function item =
    store.compile_function("return { key, price: 42 }", {.parameters = {"key"}}).get();
  troupe::host_function load{[&item](const std::string& key) { return item(key); }};

  // A function of the script, kept and called later.
  std::vector<troupe::function> handlers;
  troupe::host_function on{
    [&handlers](troupe::function handler) { handlers.push_back(std::move(handler)); }};

  troupe::context ctx =
    rt.spawn({.name = "tenant", .globals = {{"math", math}, {"load", load}, {"on", on}}}).get();

  auto sum = ctx.run("math.hypot(3, 4) + math.sum([1, 2, 3])").get();
  std::cout << "at once:      " << sum->as<double>() << '\n';

  auto loaded = ctx.run("load('apple').then(item => item.price * 2)").get();
  std::cout << "a promise:    " << loaded->as<int>() << '\n';

  auto refused = ctx.run("math.hypot('3')").get();
  std::cout << "refused:      " << refused.error().message << '\n';

  auto registered = ctx.run("let total = 0; on(n => total += n)").get();
  if (!registered)
    return 1;
  for (int n : {1, 2, 3})
    std::cout << "called back:  " << handlers.front()(n).get()->as<int>() << '\n';

  troupe::function product =
    ctx.compile_function("return a * b", {.parameters = {"a", "b"}}).get();
  std::cout << "a function:   " << product(6, 7).get()->as<int>() << '\n';
}
