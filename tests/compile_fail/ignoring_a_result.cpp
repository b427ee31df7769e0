// expected: ignoring [^\n]*nodiscard
#include <troupe/result.hpp>

troupe::result<int> outcome();

void use() {
#ifdef MISUSE
  outcome();
#else
  static_cast<void>(outcome().has_value());
#endif
}
