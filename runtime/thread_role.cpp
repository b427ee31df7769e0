#include "runtime/thread_role.hpp"

namespace troupe::js {

thread_role& current_thread_role() noexcept {
  thread_local auto role = thread_role::user;
  return role;
}

} // namespace troupe::js
