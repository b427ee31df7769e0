#include "troupe/buffer.hpp"

#include <v8-array-buffer.h>

#include <cstdlib>
#include <new>

namespace troupe {

buffer::buffer(std::vector<std::byte> bytes) {
  auto owned = std::make_shared<std::vector<std::byte>>(std::move(bytes));
  bytes_ = *owned;
  owner_ = std::move(owned);
}

buffer::buffer(std::span<std::byte> memory, std::function<void()> release)
  : bytes_(memory), owner_(memory.data(), [release = std::move(release)](void*) {
      if (release)
        release();
    }) {
}

shared_buffer::shared_buffer(std::size_t size) {
  void* data = size != 0 ? std::calloc(size, 1) : nullptr;
  if (size != 0 && data == nullptr)
    throw std::bad_alloc{};
  bytes_ = {static_cast<std::byte*>(data), size};
  auto release = [](void* memory, std::size_t, void*) { std::free(memory); };
  std::shared_ptr<v8::BackingStore> store =
    v8::SharedArrayBuffer::NewBackingStore(data, size, release, nullptr);
  store_ = std::move(store);
}

} // namespace troupe
