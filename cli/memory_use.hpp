#pragma once

#include <cstdint>

namespace troupe::cli {

/// Memory of this process that no file stands behind (the code of V8 is no use of
/// a context's), without pages that the kernel may take back (MADV_FREE).
[[nodiscard]] std::int64_t used_bytes();

/// The most that the process has ever had, code included.
[[nodiscard]] std::int64_t peak_resident_bytes();

/// Memory that the machine (or the container) can still give.
[[nodiscard]] std::int64_t available_bytes();

/// Gives back what the C library keeps for later, so that `used_bytes` tells
/// what is in use.
void release_unused_memory();

} // namespace troupe::cli
