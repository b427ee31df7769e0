#include "api/spawning.hpp"

#include "api/loader_adapter.hpp"
#include "api/request.hpp"

#include <fmt/format.h>

#include <utility>

namespace troupe::detail {

namespace {

/// What V8 can work with at all.
result<void> check_sound(const context_options& options) {
  auto bad = [](fmt::string_view text, auto number) {
    return error{.code = errc::invalid_argument,
                 .message = fmt::format(fmt::runtime(text), number)};
  };
  if (options.heap_limit_mib < 8 || options.heap_limit_mib > 65536)
    return bad("context_options::heap_limit_mib must be from 8 to 65536; it is {}",
               options.heap_limit_mib);
  if (options.array_buffer_limit_mib > 1u << 20)
    return bad("context_options::array_buffer_limit_mib must be at most 1048576; it is {}",
               options.array_buffer_limit_mib);
  if (options.stack_kib < 64 || options.stack_kib > 65536)
    return bad("context_options::stack_kib must be from 64 to 65536; it is {}",
               options.stack_kib);
  if (options.turn_timeout.count() < 0)
    return bad("context_options::turn_timeout must not be negative; it is {} ms",
               options.turn_timeout.count());
  if (options.microtasks > microtask_mode::after_evaluate)
    return bad("context_options::microtasks is no microtask_mode: {}",
               static_cast<unsigned>(options.microtasks));
  if (!options.builtins.without(builtin_set::all()).empty())
    return bad("context_options::builtins has what is no builtin: {:#x}",
               options.builtins.without(builtin_set::all()).bits());
  if (options.cpu_budget.count() < 0)
    return bad("context_options::cpu_budget must not be negative; it is {} ms",
               options.cpu_budget.count());
  if (options.modules.load_time.count() < 0)
    return bad("module_limits::load_time must not be negative; it is {} ms",
               options.modules.load_time.count());
  if (options.modules.concurrency_max == 0)
    return bad("module_limits::concurrency_max must be at least 1; it is {}",
               options.modules.concurrency_max);
  return {};
}

class spawn_state final : public future_state<context>, public actors::spawn_receiver {
public:
  spawn_state(std::shared_ptr<context_home> home, std::shared_ptr<const context_options> options)
    : future_state(home->callbacks), home_(std::move(home)), options_(std::move(options)) {
  }

  void receive(result<std::shared_ptr<actors::context_link>> outcome) override {
    auto options = std::move(options_); // its destructors are the host's
    if (!outcome) {
      settle(std::move(outcome).error());
      return;
    }
    home_->link = *std::move(outcome);
    home_->link->keep(std::move(options));
    settle(context_access::make(std::move(home_)));
  }

private:
  std::shared_ptr<context_home> home_;
  std::shared_ptr<const context_options> options_;
};

} // namespace

future<context> spawn_context(const std::shared_ptr<callback_queue>& callbacks,
                              const std::shared_ptr<actors::client>& client,
                              context_options options, bool internal) {
  auto kept = std::make_shared<const context_options>(options);
  auto home = std::make_shared<context_home>(context_home{callbacks, client, kept});
  auto state = std::make_shared<spawn_state>(home, std::move(kept));
  if (auto sound = check_sound(options); !sound) {
    state->settle(std::move(sound).error());
  } else {
    std::shared_ptr<actors::loader_port> loader;
    if (options.loader)
      loader = std::make_shared<loader_adapter>(callbacks, std::move(options.loader));
    client->spawn(std::move(options), internal, std::move(home), std::move(loader), state);
  }
  return future_access::make<context>(std::move(state));
}

} // namespace troupe::detail
