#include "runtime/memory_transfer.hpp"

#include "runtime/thread_role.hpp"
#include "runtime/transfer_cell.hpp"

#include <utility>

namespace troupe::js {

using detail::buffer_access;

namespace {

/// What V8 holds of memory that was made elsewhere.
struct tenancy {
  std::shared_ptr<array_buffer_allocator> budget;
};

/// On a thread of V8's or the isolate's, with code of the host inside: it must not wait.
void end_tenancy(void* data, std::size_t, void* tenant) {
  auto& role = current_thread_role();
  auto before = role;
  if (role == thread_role::user)
    role = thread_role::actors;
  auto* ended = static_cast<tenancy*>(tenant);
  ended->budget->release(data); // unless the memory has gone on already
  delete ended;
  role = before;
}

/// Keeps memory that V8 has allocated, while it is used elsewhere.
struct emigrant {
  std::shared_ptr<v8::BackingStore> store;
  std::shared_ptr<array_buffer_allocator> allocator;
  std::size_t length = 0;

  ~emigrant() {
    store.reset(); // the allocator takes the length off, a second time
    allocator->budget()->overdraw(length);
  }
};

} // namespace

v8::MaybeLocal<v8::ArrayBuffer> attach_memory(isolate_scope& here, buffer& memory) {
  if (memory.size() == 0) {
    memory = {};
    return v8::ArrayBuffer::New(here.v8(), 0);
  }
  const auto& budget = here.owner().array_buffers();
  auto bytes = memory.bytes();
  auto owner = buffer_access::take_owner(memory);
  if (!here.take_memory([&] { return budget->adopt(bytes.data(), bytes.size(), owner); })) {
    memory = buffer_access::make(bytes, std::move(owner));
    return {};
  }
  owner.reset();
  std::shared_ptr<v8::BackingStore> store = v8::ArrayBuffer::NewBackingStore(
    bytes.data(), bytes.size(), &end_tenancy, new tenancy{budget});
  return v8::ArrayBuffer::New(here.v8(), std::move(store));
}

const char* why_not_detachable(v8::Local<v8::ArrayBuffer> from) {
  if (from->WasDetached())
    return "a detached ArrayBuffer";
  if (from->IsResizableByUserJavaScript())
    return "a resizable ArrayBuffer, to be transferred,";
  if (!from->IsDetachable())
    return "an ArrayBuffer that cannot be detached, to be transferred,";
  return nullptr;
}

std::optional<buffer> detach_memory(isolate_scope& here, v8::Local<v8::ArrayBuffer> from) {
  auto store = from->GetBackingStore();
  if (!from->Detach(v8::Local<v8::Value>{}).FromMaybe(false))
    return std::nullopt;
  if (store->ByteLength() == 0)
    return buffer{};
  std::span<std::byte> bytes{static_cast<std::byte*>(store->Data()), store->ByteLength()};
  const auto& budget = here.owner().array_buffers();
  if (auto owner = budget->release(bytes.data()))
    return buffer_access::make(bytes, *std::move(owner));
  auto length = bytes.size();
  budget->budget()->give_back(length);
  return buffer_access::make(
    bytes, std::shared_ptr<emigrant>(new emigrant{std::move(store), budget, length}));
}

} // namespace troupe::js
