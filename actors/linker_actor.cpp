#include "actors/linker_actor.hpp"

#include "actors/scheduled.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include <utility>
#include <vector>

namespace troupe::actors {

linker_state::linker_state(caf::event_based_actor* self, link_job job)
  : self_(self), job_(std::move(job)) {
  js::tsan_give(self_);
}

linker_state::~linker_state() {
  js::tsan_take(self_); // on whichever thread drops the last handle
}

caf::behavior linker_state::make_behavior() {
  self_->set_down_handler([this](const caf::down_msg&) {
    scheduled_turn here{self_};
    end();
  });
  self_->monitor(job_.target);
  return {
    [this](fetch_request& request) {
      scheduled_turn here{self_};
      begun_ = true;
      for (auto& each : request.fetches)
        waiting_.push_back(std::move(each));
      ask();
    },
    [this](const module_found& what) {
      scheduled_turn here{self_};
      found(what);
    },
    [this](const link_timeout&) {
      scheduled_turn here{self_};
      time_is_up();
    },
    [this](const fetch_over&) {
      scheduled_turn here{self_};
      end();
    },
  };
}

/// Asks the loader for what it may be asked now.
void linker_state::ask() {
  if (late_) {
    time_is_up();
    return;
  }
  std::vector<js::module_fetch> fetches;
  while (!waiting_.empty() && open_.size() < job_.concurrency_max) {
    open_.insert(waiting_.front().id);
    fetches.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  if (!fetches.empty())
    self_->send(job_.owner, load_request{job_.context, job_.load, job_.port, caf::actor{self_},
                                         std::move(fetches)});
}

void linker_state::found(const module_found& what) {
  if (open_.erase(what.module.id) == 0) // told already
    return;
  self_->send(job_.target, modules_found{{what.module}});
  ask();
}

void linker_state::time_is_up() {
  late_ = true;
  std::vector<js::fetched_module> failed;
  auto fail = [&](js::fetch_id id) {
    failed.push_back({id, error{.code = errc::module_limit_exceeded,
                                .message = fmt::format("not all modules were loaded within {} ms "
                                                       "(module_limits::load_time)",
                                                       job_.load_time.count())}});
  };
  std::vector<js::fetch_id> open{open_.begin(), open_.end()};
  for (auto id : open)
    fail(id);
  for (const auto& each : waiting_)
    fail(each.id);
  waiting_.clear();
  open_.clear();
  if (!open.empty())
    self_->send(job_.owner, load_over{job_.context, job_.load});
  if (!failed.empty())
    self_->send(job_.target, modules_found{std::move(failed)});
}

void linker_state::end() {
  if (begun_)
    self_->send(job_.owner, load_over{job_.context, job_.load});
  self_->quit();
}

} // namespace troupe::actors
