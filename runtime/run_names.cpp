#include "runtime/run_names.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::js {

namespace {

constexpr std::size_t stretches_max = 256;

} // namespace

std::uint64_t run_names::begin(const std::string& filename) {
  ++last_;
  if (stretches_.empty() || stretches_.back().filename != filename) {
    stretches_.push_back({last_, filename});
    if (stretches_.size() > stretches_max)
      stretches_.pop_front();
  }
  return last_;
}

std::string run_names::find(std::uint64_t run) const {
  auto after = std::ranges::upper_bound(stretches_, run, {}, &stretch::first);
  if (run > last_ || after == stretches_.begin())
    return {};
  return std::prev(after)->filename;
}

} // namespace troupe::js
