#include "runtime/heap_limit.hpp"

#include <v8-isolate.h>
#include <v8-statistics.h>

#include <algorithm>
#include <utility>

namespace troupe::js {

namespace {

// V8 ends the process when an allocation does not fit the limit that the
// callback returns. With 32 MiB of headroom, 4 of 11 memory bombs did that; with
// 1 GiB none (docs/limits.md).
constexpr std::size_t headroom = std::size_t{1} << 30;

// A script that keeps allocating although it was told to stop gets no more than
// this.
constexpr std::size_t raises_max = 4;

} // namespace

heap_limit::heap_limit(v8::Isolate* isolate, std::size_t bytes, std::function<void()> on_reached)
  : isolate_(isolate), old_generation_bytes_(bytes), on_reached_(std::move(on_reached)) {
  isolate_->AddNearHeapLimitCallback(&near_limit, this);
}

heap_limit::~heap_limit() {
  isolate_->RemoveNearHeapLimitCallback(&near_limit, 0);
}

std::size_t heap_limit::near_limit(void* self, std::size_t current, std::size_t initial) {
  auto* limit = static_cast<heap_limit*>(self);
  limit->old_generation_bytes_ = initial;
  limit->raised_ = true;
  if (limit->state_ == state::near) {
    limit->exceed(); // what runs does not come to its interrupts
  } else if (limit->state_ == state::below) {
    limit->state_ = state::near;
    limit->isolate_->RequestInterrupt(&collect, self);
  }
  return std::max(current, std::min(current + headroom, initial + raises_max * headroom));
}

void heap_limit::collect(v8::Isolate*, void* self) {
  auto* limit = static_cast<heap_limit*>(self);
  if (limit->state_ == state::near && !limit->recover())
    limit->exceed();
}

void heap_limit::exceed() {
  state_ = state::exceeded;
  on_reached_();
}

bool heap_limit::recover() {
  if (state_ == state::below)
    return true;
  // Other than V8's own last attempts, this drops the compilation cache too.
  isolate_->LowMemoryNotification();
  v8::HeapStatistics statistics;
  isolate_->GetHeapStatistics(&statistics);
  state_ = state::below;
  // What V8 limits is the old generation, the heap's limit less the young one.
  // With less than a quarter of it left, the next script would only hit the limit
  // again.
  if (statistics.used_heap_size() > old_generation_bytes_ / 4 * 3)
    return false;
  if (std::exchange(raised_, false)) {
    isolate_->RemoveNearHeapLimitCallback(&near_limit, old_generation_bytes_);
    isolate_->AddNearHeapLimitCallback(&near_limit, this);
  }
  return true;
}

} // namespace troupe::js
