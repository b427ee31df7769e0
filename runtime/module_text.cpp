#include "runtime/module_text.hpp"

#include "runtime/code_cache.hpp"

#include <cstring>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace troupe {

namespace {

struct digest_hash {
  std::size_t operator()(const js::sha256_digest& of) const noexcept {
    std::size_t first = 0;
    std::memcpy(&first, of.bytes.data(), sizeof first);
    return first;
  }
};

/// The code cache of a content, however many sources have it: contexts, loaders and
/// runtimes of the process share what any of them has compiled.
///
/// Threads: any; one mutex.
class shared_contents {
public:
  static shared_contents& instance() {
    static shared_contents all;
    return all;
  }

  std::shared_ptr<js::shared_code_cache> of(std::string_view code) {
    // Short sources get no cache.
    if (code.size() < js::shared_code_cache::source_size_min)
      return nullptr;
    auto digest = js::digest_of(js::source_kind::module, code);
    std::lock_guard guard{mutex_};
    auto& known = caches_[digest];
    auto cache = known.lock();
    if (!cache) {
      cache = std::make_shared<js::shared_code_cache>();
      known = cache;
      if (caches_.size() >= look_through_at_) {
        std::erase_if(caches_, [](const auto& each) { return each.second.expired(); });
        look_through_at_ = 2 * caches_.size() + 64;
      }
    }
    return cache;
  }

private:
  std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<js::sha256_digest, std::weak_ptr<js::shared_code_cache>, digest_hash>
    caches_;
  std::size_t look_through_at_ = 64;
};

} // namespace

module_source::module_source(std::string identifier, std::string content, module_kind kind) {
  auto cache =
    kind == module_kind::javascript ? shared_contents::instance().of(content) : nullptr;
  text_ =
    std::make_shared<const js::module_text>(js::module_text{.identifier = std::move(identifier),
                                                            .content = std::move(content),
                                                            .kind = kind,
                                                            .cache = std::move(cache)});
}

module_source::module_source(std::string identifier, std::vector<value::member> exports)
  : text_(
    std::make_shared<const js::module_text>(js::module_text{.identifier = std::move(identifier),
                                                            .content = {},
                                                            .kind = module_kind::synthetic,
                                                            .exports = std::move(exports)})) {
}

const std::string& module_source::identifier() const noexcept {
  return text_->identifier;
}

std::string_view module_source::content() const noexcept {
  return text_->content;
}

module_kind module_source::kind() const noexcept {
  return text_->kind;
}

} // namespace troupe
