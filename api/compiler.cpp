#include "api/compiler.hpp"

#include "api/request.hpp"

namespace troupe::detail {

future<script> compiler::compile(script what, std::shared_ptr<callback_queue> callbacks) {
  std::unique_lock guard{mutex_};
  if (context_.alive())
    return context_access::compile(context_, what);
  auto state = std::make_shared<future_state<script>>(std::move(callbacks));
  waiting_.push_back({std::move(what), state});
  bool first = waiting_.size() == 1;
  guard.unlock();
  if (first)
    spawn_()
      .on([](auto work) { work(); })
      .then([self = shared_from_this()](result<context> spawned) {
        self->start(std::move(spawned));
      });
  return future_access::make<script>(std::move(state));
}

void compiler::start(result<context> spawned) {
  std::vector<job> jobs;
  std::unique_lock guard{mutex_};
  jobs.swap(waiting_);
  if (!spawned) {
    guard.unlock();
    for (auto& [what, state] : jobs)
      state->settle(spawned.error());
    return;
  }
  context_ = *std::move(spawned);
  std::vector<future<script>> compiled;
  for (const auto& waiting : jobs)
    compiled.push_back(context_access::compile(context_, waiting.what));
  guard.unlock(); // what waits for a script may ask for another one
  for (std::size_t i = 0; i < jobs.size(); ++i)
    std::move(compiled[i])
      .on([](auto work) { work(); })
      .then([state = std::move(jobs[i].state)](result<script> outcome) {
        state->settle(std::move(outcome));
      });
}

void compiler::close() {
  context last;
  std::lock_guard guard{mutex_};
  last = std::move(context_);
}

} // namespace troupe::detail
