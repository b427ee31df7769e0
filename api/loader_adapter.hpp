#pragma once

#include "actors/loader_port.hpp"
#include "api/callback_queue.hpp"
#include "troupe/future.hpp"
#include "troupe/module.hpp"
#include "troupe/module_loader.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace troupe::detail {

/// Asks a user's loader, or resolver, on the callback thread, so that one that blocks holds
/// up nobody but its own kind.
///
/// Threads: any; one mutex.
class loader_adapter final : public actors::loader_port,
                             public std::enable_shared_from_this<loader_adapter> {
public:
  loader_adapter(std::shared_ptr<callback_queue> callbacks, std::shared_ptr<module_loader> loader)
    : callbacks_(std::move(callbacks)), loader_(std::move(loader)) {
  }

  loader_adapter(std::shared_ptr<callback_queue> callbacks, module_resolver resolver)
    : callbacks_(std::move(callbacks)), resolver_(std::move(resolver)) {
  }

  [[nodiscard]] std::optional<result<js::module_answer>> find(
    const module_request& request) const override;

  void load(js::load_id load, std::vector<js::module_fetch> fetches,
            std::function<void(js::fetched_module)> done) override;

  void cancel(js::load_id load) override;

private:
  using report = std::function<void(js::fetched_module)>;

  void stop(js::load_id load);
  void ask(js::load_id load, js::module_fetch fetch, const std::shared_ptr<report>& done);
  template <class T, class Convert>
  void pass_on(js::load_id load, js::fetch_id id, future<T> from,
               const std::shared_ptr<report>& done, Convert convert);

  const std::shared_ptr<callback_queue> callbacks_;
  const std::shared_ptr<module_loader> loader_; // either this
  const module_resolver resolver_;              // or this
  std::mutex mutex_;
  // Guarded by mutex_.
  std::size_t unasked_ = 0; // loads on their way to the callback thread
  // What `cancel` stops.
  std::unordered_multimap<js::load_id, std::weak_ptr<cancellable>> open_;
};

} // namespace troupe::detail
