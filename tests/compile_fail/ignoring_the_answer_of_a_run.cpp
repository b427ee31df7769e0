// expected: ignoring [^\n]*nodiscard
#include <troupe/context.hpp>

void use(troupe::context& ctx) {
#ifdef MISUSE
  ctx.run("1");
#else
  ctx.run("1").cancel();
#endif
}
