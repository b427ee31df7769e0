// expected: deleted[^\n]*troupe::future<int>
#include <troupe/future.hpp>

troupe::future<int> taken(troupe::future<int>& from) {
#ifdef MISUSE
  return from;
#else
  return std::move(from);
#endif
}
