#include "runtime/offered_code_cache.hpp"

#include <cstdint>
#include <limits>
#include <utility>

namespace troupe::js {

offered_code_cache::offered_code_cache(v8::Isolate* isolate, code_cache_ptr cache)
  : cache_(std::move(cache)) {
  using cached_data = v8::ScriptCompiler::CachedData;
  // V8 counts the bytes of a cache with an int.
  if (!cache_ || cache_->bytes().size() > std::numeric_limits<int>::max())
    return;
  auto bytes = cache_->bytes();
  data_ = new cached_data{reinterpret_cast<const std::uint8_t*>(bytes.data()),
                          static_cast<int>(bytes.size()), cached_data::BufferNotOwned};
  // Asked for itself: V8 does not look at the data when the isolate has compiled
  // the same text before, and then does not reject it either.
  fits_ = data_->CompatibilityCheck(isolate) == cached_data::kSuccess;
}

} // namespace troupe::js
