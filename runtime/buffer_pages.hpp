#pragma once

#include "runtime/buffer_regions.hpp"

#include <v8-platform.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace troupe::js {

/// V8's page allocator, which also counts the memory that V8 takes past
/// `v8::ArrayBuffer::Allocator`: that of WebAssembly memories and of resizable
/// ArrayBuffers. V8 reserves such a range without access, on the isolate's
/// thread, and nothing else that it reserves so. What is refused is a RangeError
/// in the script; for what is new V8 collects garbage first.
///
/// It also sees single objects that are larger than a whole heap may be: V8
/// admits one of them to its young generation without a look at the limit.
///
/// Threads:  any.
/// Lifetime: the platform's.
class buffer_pages final : public v8::PageAllocator {
public:
  /// Whose heap and buffers the pages are that V8 asks for on a thread.
  struct user {
    std::shared_ptr<byte_budget> payer{};
    std::size_t object_bytes_max = 0;
    /// Called when V8 makes a larger object, inside that.
    std::function<void()> on_larger{};
  };

  /// Of this thread, from now on; null: nobody. Must live until the next call.
  static void set_user(const user* here) noexcept;

  explicit buffer_pages(v8::PageAllocator& system);

  // -- v8::PageAllocator ------------------------------------------------------

  size_t AllocatePageSize() override;
  size_t CommitPageSize() override;
  void SetRandomMmapSeed(int64_t seed) override;
  void* GetRandomMmapAddr() override;
  void* AllocatePages(void* address, size_t length, size_t alignment,
                      Permission permissions) override;
  bool FreePages(void* address, size_t length) override;
  bool ReleasePages(void* address, size_t length, size_t new_length) override;
  bool SetPermissions(void* address, size_t length, Permission permissions) override;
  bool RecommitPages(void* address, size_t length, Permission permissions) override;
  bool DiscardSystemPages(void* address, size_t size) override;
  bool DecommitPages(void* address, size_t size) override;
  bool SealPages(void* address, size_t length) override;
  bool ReserveForSharedMemoryMapping(void* address, size_t size) override;
  std::unique_ptr<SharedMemory> AllocateSharedPages(size_t length,
                                                    const void* original_address) override;
  bool CanAllocateSharedPages() override;

private:
  /// The pages of the system.
  [[nodiscard]] v8::PageAllocator& system() const;

  v8::PageAllocator& pages_;
  buffer_regions regions_;
};

} // namespace troupe::js
