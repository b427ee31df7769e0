// Memory that moves between C++ and scripts without a copy, and memory they share.

#include <troupe/troupe.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <iostream>
#include <vector>

int main() {
  troupe::runtime rt;
  troupe::context ctx = rt.spawn({.name = "painter"}).get();

  // In: the script's ArrayBuffer is this memory. Out: it is C++'s again, and the
  // script's own is detached.
  troupe::buffer frame{std::vector<std::byte>(1 << 20)};
  const auto* before = frame.bytes().data();
  auto set = ctx.set("frame", troupe::value::transfer(std::move(frame))).get();
  if (!set)
    return 1;
  troupe::value painted =
    ctx.run("new Uint8Array(frame).fill(7); frame", {.take = troupe::take_as::transfer}).get();
  troupe::buffer back = *painted.take_buffer();
  auto sevens = std::ranges::count(back.bytes(), std::byte{7});
  std::cout << "painted:  " << sevens << " bytes, the same memory: " << std::boolalpha
            << (back.bytes().data() == before) << '\n';
  std::cout << "detached: " << ctx.run("frame.byteLength").get()->as<int>() << " bytes left\n";

  // One counter for two contexts and C++, all at once.
  troupe::shared_buffer counter{sizeof(std::int32_t)};
  troupe::script count{"const n = new Int32Array(counter); "
                       "for (let i = 0; i < 1000; ++i) Atomics.add(n, 0, 1); 0"};
  troupe::context a = rt.spawn({.globals = {{"counter", counter}}}).get();
  troupe::context b = rt.spawn({.globals = {{"counter", counter}}}).get();
  auto by_a = a.run(count);
  auto by_b = b.run(count);
  std::atomic_ref number{*reinterpret_cast<std::int32_t*>(counter.bytes().data())};
  for (int i = 0; i < 1000; ++i)
    ++number;
  if (!by_a.get() || !by_b.get())
    return 1;
  std::cout << "counted:  " << number << '\n';
}
