// expected: deleted[^\n]*troupe::context
#include <troupe/context.hpp>

troupe::context taken(troupe::context& from) {
#ifdef MISUSE
  return from;
#else
  return std::move(from);
#endif
}
