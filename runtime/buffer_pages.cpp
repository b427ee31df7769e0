#include "runtime/buffer_pages.hpp"

#include "runtime/tsan.hpp"

#include <fstream>
#include <utility>

namespace troupe::js {

namespace {

/// One for each isolate's thread. (Static isolates outlive what has a destructor
/// here.)
thread_local const buffer_pages::user* user_here = nullptr;

/// A sixteenth of the process's memory maps, two for each region, and a quarter
/// of the addresses that a process has (47 bits).
buffer_regions::bounds process_bounds() {
  std::size_t maps = 65530;
  std::ifstream{"/proc/sys/vm/max_map_count"} >> maps;
  return {.regions_max = maps / 32, .address_bytes_max = std::size_t{1} << 45};
}

std::uintptr_t number(void* address) {
  return reinterpret_cast<std::uintptr_t>(address);
}

} // namespace

void buffer_pages::set_user(const user* here) noexcept {
  user_here = here;
}

buffer_pages::buffer_pages(v8::PageAllocator& system)
  : pages_(system), regions_(process_bounds()) {
  tsan_give(this);
}

v8::PageAllocator& buffer_pages::system() const {
  tsan_take(this); // V8's workers were there before
  return pages_;
}

void* buffer_pages::AllocatePages(void* address, size_t length, size_t alignment,
                                  Permission permissions) {
  const auto* here = user_here;
  if (here != nullptr && permissions == kReadWrite && length > here->object_bytes_max)
    here->on_larger();
  if (here == nullptr || permissions != kNoAccess)
    return system().AllocatePages(address, length, alignment, permissions);
  const auto& payer = here->payer;
  if (!regions_.admit(length, *payer))
    return nullptr;
  auto* made = system().AllocatePages(address, length, alignment, permissions);
  if (made == nullptr)
    regions_.withdraw(length, *payer);
  else
    regions_.open(number(made), length, payer);
  return made;
}

bool buffer_pages::FreePages(void* address, size_t length) {
  regions_.close(number(address));
  return system().FreePages(address, length);
}

bool buffer_pages::SetPermissions(void* address, size_t length, Permission permissions) {
  if (permissions == kNoAccess) {
    bool done = system().SetPermissions(address, length, permissions);
    if (done)
      regions_.decommit(number(address), length);
    return done;
  }
  if (!regions_.commit(number(address), length))
    return false;
  return system().SetPermissions(address, length, permissions);
}

bool buffer_pages::DecommitPages(void* address, size_t size) {
  bool done = system().DecommitPages(address, size);
  if (done)
    regions_.decommit(number(address), size);
  return done;
}

// -- as the system has it -----------------------------------------------------------

size_t buffer_pages::AllocatePageSize() {
  return system().AllocatePageSize();
}

size_t buffer_pages::CommitPageSize() {
  return system().CommitPageSize();
}

void buffer_pages::SetRandomMmapSeed(int64_t seed) {
  system().SetRandomMmapSeed(seed);
}

void* buffer_pages::GetRandomMmapAddr() {
  return system().GetRandomMmapAddr();
}

bool buffer_pages::ReleasePages(void* address, size_t length, size_t new_length) {
  return system().ReleasePages(address, length, new_length);
}

bool buffer_pages::RecommitPages(void* address, size_t length, Permission permissions) {
  return system().RecommitPages(address, length, permissions);
}

bool buffer_pages::DiscardSystemPages(void* address, size_t size) {
  return system().DiscardSystemPages(address, size);
}

bool buffer_pages::SealPages(void* address, size_t length) {
  return system().SealPages(address, length);
}

bool buffer_pages::ReserveForSharedMemoryMapping(void* address, size_t size) {
  return system().ReserveForSharedMemoryMapping(address, size);
}

std::unique_ptr<v8::PageAllocator::SharedMemory> buffer_pages::AllocateSharedPages(
  size_t length, const void* original_address) {
  return system().AllocateSharedPages(length, original_address);
}

bool buffer_pages::CanAllocateSharedPages() {
  return system().CanAllocateSharedPages();
}

} // namespace troupe::js
