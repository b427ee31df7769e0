#pragma once

#ifdef __SANITIZE_THREAD__
#  include <sanitizer/tsan_interface.h>
#endif

namespace troupe::js {

// ThreadSanitizer does not see how V8 and CAF, which are not instrumented, hand a
// thing of ours from one thread to another (V8's job queues, CAF's mailboxes and
// scheduler). These two say it. Not for what our own code or the standard library
// orders.

/// What this thread has done so far to the thing at `address`, ...
inline void tsan_give([[maybe_unused]] const void* address) noexcept {
#ifdef __SANITIZE_THREAD__
  __tsan_release(const_cast<void*>(address));
#endif
}

/// ... comes before what this thread does from now on.
inline void tsan_take([[maybe_unused]] const void* address) noexcept {
#ifdef __SANITIZE_THREAD__
  __tsan_acquire(const_cast<void*>(address));
#endif
}

} // namespace troupe::js
