// expected: deleted[^\n]*troupe::js::isolate_scope
#include "runtime/isolate.hpp"

void enter_again(troupe::js::isolate_scope& here) {
#ifdef MISUSE
  troupe::js::isolate_scope again{here};
#else
  troupe::js::isolate_scope again{here.owner()};
#endif
}
