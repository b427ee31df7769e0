// expected: (cannot|no viable) conver[^\n]*troupe::result<bool>
#include <troupe/result.hpp>

bool answer(troupe::result<bool> outcome) {
#ifdef MISUSE
  return outcome;
#else
  return *outcome;
#endif
}
