#include "api/loader_adapter.hpp"

#include "api/module_access.hpp"

#include <utility>

namespace troupe::detail {

namespace {

result<js::module_answer> to_answer(module_source source) {
  if (source.kind() > module_kind::synthetic)
    return error{.code = errc::invalid_argument,
                 .message = "the kind of module '" + source.identifier() + "' is no module_kind"};
  return js::module_answer{std::move(source)};
}

} // namespace

std::optional<result<js::module_answer>> loader_adapter::find(
  const module_request& request) const {
  auto found = loader_ ? loader_->find(request) : std::nullopt;
  if (!found)
    return std::nullopt;
  if (!*found)
    return std::move(*found).error();
  return to_answer(**std::move(found));
}

void loader_adapter::load(js::load_id load, std::vector<js::module_fetch> fetches,
                          std::function<void(js::fetched_module)> done) {
  {
    std::lock_guard guard{mutex_};
    ++unasked_;
  }
  callbacks_->post([self = shared_from_this(), load, fetches = std::move(fetches),
                    done = std::make_shared<report>(std::move(done))]() mutable {
    for (auto& each : fetches)
      self->ask(load, std::move(each), done);
    std::lock_guard guard{self->mutex_};
    --self->unasked_;
  });
}

void loader_adapter::ask(js::load_id load, js::module_fetch fetch,
                         const std::shared_ptr<report>& done) {
  auto id = fetch.id;
  try {
    if (loader_)
      pass_on(load, id, loader_->load(std::move(fetch.request)), done, &to_answer);
    else
      pass_on(load, id, resolver_(std::move(fetch.request)), done, [](const vm_module& module) {
        return result<js::module_answer>{js::module_answer{module_access::held(module)}};
      });
  } catch (...) {
    (*done)({id, error_from_exception()});
  }
}

template <class T, class Convert>
void loader_adapter::pass_on(js::load_id load, js::fetch_id id, future<T> from,
                             const std::shared_ptr<report>& done, Convert convert) {
  if (!from.valid()) {
    (*done)({id, error{.code = errc::not_a_module,
                       .message = "the loader gave a future without a state"}});
    return;
  }
  {
    std::lock_guard guard{mutex_};
    std::erase_if(open_, [](const auto& each) { return each.second.expired(); });
    open_.emplace(load, future_access::source(from));
  }
  future_access::deliver(std::move(from), [id, done, convert](result<T> outcome) {
    if (outcome)
      (*done)({id, convert(*std::move(outcome))});
    else
      (*done)({id, std::move(outcome).error()});
  });
}

/// Comes after what has been asked before, on the same thread.
void loader_adapter::cancel(js::load_id load) {
  {
    std::lock_guard guard{mutex_};
    if (unasked_ == 0 && !open_.contains(load))
      return;
  }
  callbacks_->post([self = shared_from_this(), load] { self->stop(load); });
}

void loader_adapter::stop(js::load_id load) {
  std::vector<std::weak_ptr<cancellable>> open;
  {
    std::lock_guard guard{mutex_};
    auto [first, last] = open_.equal_range(load);
    for (auto each = first; each != last; ++each)
      open.push_back(each->second);
    open_.erase(first, last);
  }
  for (const auto& each : open)
    if (auto work = each.lock())
      work->cancel();
}

} // namespace troupe::detail
