#include "runtime/array_buffer_allocator.hpp"

#include "runtime/tsan.hpp"

#include <cstdlib>
#include <utility>

namespace troupe::js {

namespace {

// V8 materialises small typed arrays lazily and crashes when it is refused the
// memory for that (`typed_array_max_size_in_heap`), so these always succeed.
constexpr std::size_t never_refused = 64;

} // namespace

array_buffer_allocator::array_buffer_allocator(std::size_t bytes_max)
  : budget_(std::make_shared<byte_budget>(bytes_max)) {
  tsan_give(this); // V8's workers get it from V8
}

bool array_buffer_allocator::reserve(std::size_t length, std::size_t granted) noexcept {
  tsan_take(this);
  if (length > granted)
    return budget_->take(length);
  budget_->overdraw(length);
  return true;
}

bool array_buffer_allocator::adopt(void* data, std::size_t length, std::shared_ptr<void> owner) {
  if (!reserve(length, 0))
    return false;
  std::lock_guard guard{mutex_};
  adopted_[data] = {std::move(owner), length};
  return true;
}

std::optional<std::shared_ptr<void>> array_buffer_allocator::release(void* data) {
  std::lock_guard guard{mutex_};
  auto found = adopted_.find(data);
  if (found == adopted_.end())
    return std::nullopt;
  auto owner = std::move(found->second.owner);
  budget_->give_back(found->second.length);
  adopted_.erase(found);
  return owner;
}

void* array_buffer_allocator::Allocate(std::size_t length) {
  if (!reserve(length, never_refused))
    return nullptr;
  auto* data = std::calloc(length, 1);
  if (data == nullptr)
    budget_->give_back(length);
  return data;
}

void* array_buffer_allocator::AllocateUninitialized(std::size_t length) {
  if (!reserve(length, never_refused))
    return nullptr;
  auto* data = std::malloc(length);
  if (data == nullptr)
    budget_->give_back(length);
  return data;
}

void array_buffer_allocator::Free(void* data, std::size_t length) {
  tsan_take(this);
  std::free(data);
  budget_->give_back(length);
}

} // namespace troupe::js
