#pragma once

#include <cstdint>

namespace troupe::js {

/// What a thread is for. Threads that everything else depends on must not wait
/// for answers.
enum class thread_role : std::uint8_t { user, isolate, callbacks, actors };

/// The calling thread's role; `user` unless we made the thread.
[[nodiscard]] thread_role& current_thread_role() noexcept;

} // namespace troupe::js
