#include "runtime/buffer_regions.hpp"

#include <algorithm>
#include <utility>

namespace troupe::js {

namespace {

constexpr std::size_t cost_of_maps = 128 * 1024;
constexpr std::size_t address_bytes_per_byte = 4096;

} // namespace

std::size_t buffer_regions::cost_min(std::size_t length) noexcept {
  return std::max(cost_of_maps, length / address_bytes_per_byte);
}

std::size_t buffer_regions::cost(const region& of) {
  return std::max(of.committed, cost_min(of.length));
}

bool buffer_regions::admit(std::size_t length, byte_budget& payer) {
  std::lock_guard guard{mutex_};
  if (count_ >= most_.regions_max || length > most_.address_bytes_max
      || address_bytes_ > most_.address_bytes_max - length || !payer.take(cost_min(length)))
    return false;
  ++count_;
  address_bytes_ += length;
  return true;
}

void buffer_regions::withdraw(std::size_t length, byte_budget& payer) {
  std::lock_guard guard{mutex_};
  payer.give_back(cost_min(length));
  --count_;
  address_bytes_ -= length;
}

void buffer_regions::open(std::uintptr_t start, std::size_t length,
                          std::shared_ptr<byte_budget> payer) {
  std::lock_guard guard{mutex_};
  regions_.insert_or_assign(start, region{length, 0, std::move(payer)});
}

bool buffer_regions::commit(std::uintptr_t start, std::size_t length) {
  std::lock_guard guard{mutex_};
  auto found = find(start);
  if (found == regions_.end())
    return true;
  auto& grown = found->second;
  auto before = cost(grown);
  auto committed =
    std::exchange(grown.committed, std::max(grown.committed, start - found->first + length));
  if (grown.payer->take(cost(grown) - before))
    return true;
  grown.committed = committed;
  return false;
}

void buffer_regions::decommit(std::uintptr_t start, std::size_t length) {
  std::lock_guard guard{mutex_};
  auto found = find(start);
  if (found == regions_.end() || start - found->first + length < found->second.committed)
    return;
  auto& shrunk = found->second;
  auto before = cost(shrunk);
  shrunk.committed = std::min(shrunk.committed, start - found->first);
  shrunk.payer->give_back(before - cost(shrunk));
}

void buffer_regions::close(std::uintptr_t start) {
  std::lock_guard guard{mutex_};
  auto found = regions_.find(start);
  if (found == regions_.end())
    return;
  found->second.payer->give_back(cost(found->second));
  --count_;
  address_bytes_ -= found->second.length;
  regions_.erase(found);
}

std::size_t buffer_regions::count() const {
  std::lock_guard guard{mutex_};
  return count_;
}

buffer_regions::region_map::iterator buffer_regions::find(std::uintptr_t address) {
  auto after = regions_.upper_bound(address);
  if (after == regions_.begin())
    return regions_.end();
  auto found = std::prev(after);
  return address - found->first < found->second.length ? found : regions_.end();
}

} // namespace troupe::js
