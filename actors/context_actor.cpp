#include "actors/context_actor.hpp"

#include "actors/context_roster.hpp"
#include "actors/linker_actor.hpp"
#include "actors/scheduled.hpp"
#include "actors/sigint_trap.hpp"
#include "runtime/object_requests.hpp"
#include "runtime/script_requests.hpp"

#include <caf/behavior.hpp>
#include <caf/logger.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

namespace troupe::actors {

namespace {

// After so many messages the loop looks at its timers, however full the mailbox.
constexpr std::size_t messages_per_turn = 256;

/// Has the watchdog look at a context at a certain time.
void ask_for_a_look(const caf::actor& watchdog, context_id context, js::steady_time at) {
  caf::anon_send(watchdog, deadline_request{context, at.time_since_epoch().count()});
}

} // namespace

void context_actor::main(context_surroundings around, spawn_request spawned) {
  auto owner = spawned.owner;
  auto supervisor = around.supervisor;
  context_down farewell;
  {
    context_actor self{std::move(around), std::move(spawned)};
    if (auto started = self.start(); started) {
      self.started_ = true;
      auto closing = self.around_.roster->welcome(self.spawned_.context, self.self_);
      caf::anon_send(
        owner,
        spawn_reply{self.spawned_.request, self.spawned_.context, self.self_, {}, self.gauges_});
      if (closing)
        caf::anon_send(self.self_, *closing);
      self.run();
    } else {
      self.end(started.error().code, started.error().message);
      self.around_.roster->leave(self.spawned_.context);
      caf::anon_send(
        owner, spawn_reply{
                 self.spawned_.request, self.spawned_.context, {}, {std::move(started).error()}});
    }
    self.finish();
    farewell = {self.spawned_.context, self.report_, false};
  }
  // The supervisor tells the owner when thread and place are free again.
  send_to_scheduled(supervisor, farewell);
}

context_actor::context_actor(context_surroundings around, spawn_request spawned)
  : around_(std::move(around)), spawned_(std::move(spawned)), unit_(&around_.system) {
  report_.name = spawned_.options.name;
}

context_actor::~context_actor() = default;

// -- life -----------------------------------------------------------------------------

result<void> context_actor::start() {
  if (!loop_.usable())
    return error{.code = errc::spawn_failed,
                 .message = fmt::format("context '{}': the system refused an event loop (open "
                                        "descriptors?)",
                                        report_.name)};
  environment_.emplace(around_.engine, loop_, spawned_.options, make_events(),
                       around_.unresponsive_after, spawned_.modules);
  gauges_->ledger = environment_->ledger();
  box_ = std::make_shared<mailbox>(loop_.waker());
  self_ = make_companion(
    around_.system, box_,
    [ledger = environment_->ledger(), close = make_close(), watchdog = around_.watchdog,
     id = spawned_.context](const caf::mailbox_element& element) {
      intercept(element, *ledger, close,
                [&](js::steady_time at) { ask_for_a_look(watchdog, id, at); });
    });
  become();
  around_.watched->add({spawned_.context, environment_->ledger(), report_.name, self_, box_,
                        spawned_.owner, around_.supervisor, around_.hooks,
                        environment_->texts()});
  auto prepared = environment_->prepare(spawned_.options);
  gauges_->cpu_at_start = gauges_->cpu_time();
  return prepared;
}

void context_actor::run() {
  loop_.run([this] { return process(); });
}

void context_actor::finish() {
  around_.watched->remove(spawned_.context);
  // It finds nothing, and forgets the deadlines that have not passed.
  if (known_to_watchdog_)
    ask_for_a_look(around_.watchdog, spawned_.context, std::chrono::steady_clock::now());
  if (environment_) {
    environment_->fail_waiting(
      {.code = errc::context_closed,
       .message = fmt::format("context '{}' ended: {}", report_.name, report_.message)});
    environment_->describe(report_);
  }
  for (auto request : idle_requests_)
    answer(request, error{.code = errc::context_closed, .message = report_.message});
  for (auto& [load, linker] : linkers_)
    send_to_scheduled(linker.actor, fetch_over{});
  linkers_.clear();
  batch_.clear();
  loop_.clear_timers();
  if (self_)
    end_companion(self_, *box_, unit_, caf::make_error(caf::exit_reason::user_shutdown));
  ending_ = true; // V8 may be lost on its last way, too
  environment_.reset();
}

void context_actor::end(errc reason, std::string message) {
  if (std::exchange(ended_, true))
    return;
  report_.reason = reason;
  report_.message = std::move(message);
  loop_.stop();
}

void context_actor::lost(const char* why) {
  // V8 will never return to this thread, so the end is told from inside it.
  if (ending_) {
    send_to_scheduled(around_.supervisor, context_down{spawned_.context, report_, true});
    return;
  }
  if (self_ && !environment_->ledger()->enter_host())
    return; // it was given up before
  report_.reason = errc::context_lost;
  report_.message = fmt::format("context '{}' {}, which cannot go on", report_.name, why);
  if (!started_) {
    error refusal{.code = errc::spawn_failed, .message = report_.message};
    caf::anon_send(spawned_.owner,
                   spawn_reply{spawned_.request, spawned_.context, {}, {std::move(refusal)}});
    started_ = true; // told once, also when what follows finds no memory and is tried again
  }
  if (self_) {
    environment_->describe(report_);
    environment_->ledger()->retire();
    around_.watched->remove(spawned_.context);
    end_companion(self_, *box_, unit_, caf::make_error(caf::sec::runtime_error));
  }
  send_to_scheduled(around_.supervisor, context_down{spawned_.context, report_, true});
}

js::environment_events context_actor::make_events() {
  return {
    .answer = [this](request_id request,
                     result<value> outcome) { answer(request, std::move(outcome)); },
    .arm =
      [this](js::steady_time at) {
        ask_for_a_look(around_.watchdog, spawned_.context, at);
        known_to_watchdog_ = true;
      },
    .hold_sigint = [] { return sigint_trap::hold(); },
    .write = [this](const console_line& line) { around_.hooks->on_console(line); },
    .uncaught =
      [this](const uncaught_error& what) {
        around_.hooks->on_uncaught_error(report_.name, what);
      },
    .responsive =
      [this](std::chrono::nanoseconds after) {
        around_.hooks->on_unresponsive(
          {.context = report_.name,
           .stopped = true,
           .waited = std::chrono::duration_cast<std::chrono::microseconds>(after)});
      },
    .lost = [this](const char* why) { lost(why); },
    .fetch =
      [this](js::load_id load, std::uint64_t port, std::vector<js::module_fetch> fetches) {
        fetch(load, port, std::move(fetches));
      },
    .fetch_over =
      [this](js::load_id load) {
        auto found = linkers_.extract(load);
        if (found.empty())
          return;
        loop_.cancel_timer(found.mapped().timer);
        send_to_scheduled(found.mapped().actor, fetch_over{});
      },
    .exit =
      [this](int status) {
        make_close()();
        end(errc::context_closed,
            fmt::format("context '{}' was closed: process.exit({})", report_.name, status));
      },
    .identity = spawned_.identity,
  };
}

// -- messages -------------------------------------------------------------------------

/// Stops the context at once, and has it given up when that takes too long.
std::function<void()> context_actor::make_close() const {
  return [ledger = environment_->ledger(), grace = around_.stop_grace,
          watchdog = around_.watchdog, id = spawned_.context] {
    auto latest = std::chrono::steady_clock::now() + grace;
    ask_for_a_look(watchdog, id, ledger->close(latest).value_or(latest));
  };
}

void context_actor::intercept(const caf::mailbox_element& element, js::run_ledger& ledger,
                              const std::function<void()>& close,
                              const std::function<void(js::steady_time)>& look) {
  const auto& content = element.content();
  if (content.match_elements<cancel_request>()) {
    if (auto at = ledger.cancel(content.get_as<cancel_request>(0).request))
      look(*at);
  } else if (content.match_elements<close_request>() && !content.get_as<close_request>(0).drain)
    close();
  else if (content.match_elements<caf::exit_msg>())
    close();
}

void context_actor::become() {
  companion_of(self_).become(
    [this](const run_requests& requests) {
      if (requests.batch)
        runs_.add(requests.batch->open());
    },
    [this](const compile_request& request) {
      gauges_->begin();
      environment_->scripts().compile(request.request, *request.script.source);
    },
    [this](const property_request& request) { do_property(request); },
    [this](const compile_function_request& request) {
      gauges_->begin();
      environment_->scripts().compile_function(request.request, request.source);
    },
    [this](const function_cache_request& request) {
      gauges_->begin();
      environment_->scripts().create_function_cache(request.request, request.function);
    },
    [this](const call_request& request) {
      gauges_->begin();
      if (!refuses(request.request))
        environment_->objects().call(request.request, request.call, request.options);
    },
    [this](const copy_request& request) {
      gauges_->begin();
      if (!refuses(request.request))
        environment_->objects().copy(request.request, request.object, request.options);
    },
    [this](const code_cache_request& request) {
      gauges_->begin();
      environment_->scripts().create_cached_data(request.request, *request.script.source);
    },
    [this](const memory_request& request) {
      gauges_->begin();
      environment_->measure_memory(request.request, request.options);
    },
    [this](const reset_request& request) {
      gauges_->begin();
      environment_->reset(request.request, spawned_.options);
    },
    [this](const import_request& request) {
      gauges_->begin();
      if (refuses(request.request))
        return;
      auto& modules = environment_->modules();
      if (request.inspect)
        modules.inspect(request.request, request.what, request.options);
      else
        modules.import(request.request, request.what, request.options);
    },
    [this](const define_module_request& request) {
      gauges_->begin();
      environment_->modules().define(request.request, request.definition);
    },
    [this](const module_operation_request& request) { do_module(request); },
    [this](modules_found& found) { environment_->modules().fetched(std::move(found.modules)); },
    [this](const idle_request& request) {
      gauges_->begin();
      idle_requests_.push_back(request.request);
    },
    [this](const cancel_request& request) {
      environment_->ledger()->withdraw(request.request);
      environment_->abandon(request.request);
    },
    [this](const abandon_request& request) { environment_->abandon(request.request); },
    [this](const close_request& request) {
      if (request.drain)
        draining_ = true;
      else if (request.reason == errc::cpu_budget_exceeded)
        end(request.reason,
            fmt::format("context '{}' was closed: it has used up its CPU budget of {} ms",
                        report_.name, spawned_.options.cpu_budget.count()));
      else
        end(errc::context_closed, fmt::format("context '{}' was closed", report_.name));
    });
}

bool context_actor::process() {
  bool worked = false;
  for (std::size_t i = 0; i < messages_per_turn && !ended_ && !environment_->broken() && next();
       ++i)
    worked = true;
  // What belongs to nobody, finalisers say, is not waited for.
  if (draining_ && !ended_ && has_done_all())
    end(errc::context_closed, fmt::format("context '{}' was closed", report_.name));
  worked = (!ended_ && environment_->poll()) || worked;
  if (const auto& why = environment_->broken())
    end(why->code, fmt::format("context '{}' was closed: {}", report_.name, why->message));
  if (!worked && !ended_)
    look_after_idle();
  return worked;
}

/// Does the next thing that was asked. @returns false when there is none.
bool context_actor::next() {
  if (!runs_.empty()) {
    run_script(runs_.take());
    return true;
  }
  if (next_in_batch_ == batch_.size()) {
    batch_.clear();
    next_in_batch_ = 0;
    if (!box_->take(batch_))
      return false;
  }
  auto element = std::move(batch_[next_in_batch_++]);
  handle(*element);
  return true;
}

void context_actor::handle(caf::mailbox_element& element) {
  if (companion_of(self_).activate(&unit_, element)
      == caf::scheduled_actor::activation_result::terminated)
    end(errc::context_closed, fmt::format("context '{}' was told to exit", report_.name));
}

void context_actor::look_after_idle() {
  if (!idle_requests_.empty() && environment_->idle() && !environment_->found_more() && !ended_)
    for (auto request : std::exchange(idle_requests_, {}))
      answer(request, value{});
}

/// Has everything been answered that was asked?
bool context_actor::has_done_all() const {
  return runs_.empty() && next_in_batch_ == batch_.size() && idle_requests_.empty()
         && !environment_->has_waiting();
}

void context_actor::run_script(run_request request) {
  gauges_->begin();
  answering_ = {request.request, std::move(request.receiver)};
  if (!refuses(request.request))
    environment_->scripts().run(request.request, *request.script.source, request.options);
}

/// Nothing is begun any more that could wait for ever.
bool context_actor::refuses(request_id request) {
  if (draining_)
    answer(request, error{.code = errc::context_closed,
                          .message = fmt::format("context '{}' is closing", report_.name)});
  return draining_;
}

void context_actor::do_property(const property_request& asked) {
  gauges_->begin();
  auto& objects = environment_->objects();
  switch (asked.operation) {
    case property_operation::get:
      objects.get_property(asked.request, asked.object, asked.key, asked.take);
      break;
    case property_operation::set:
      objects.set_property(asked.request, asked.object, asked.key, asked.item);
      break;
    case property_operation::has:
      objects.has_property(asked.request, asked.object, asked.key);
      break;
    case property_operation::remove:
      objects.delete_property(asked.request, asked.object, asked.key);
      break;
    case property_operation::keys:
      objects.property_keys(asked.request, asked.object);
      break;
  }
}

void context_actor::do_module(const module_operation_request& asked) {
  gauges_->begin();
  auto& modules = environment_->modules();
  switch (asked.operation) {
    case module_operation::link:
      if (!refuses(asked.request))
        modules.link(asked.request, asked.module, asked.port, asked.options);
      break;
    case module_operation::link_requests:
      modules.link_requests(asked.request, asked.module, asked.targets);
      break;
    case module_operation::instantiate:
      modules.instantiate(asked.request, asked.module);
      break;
    case module_operation::evaluate:
      if (!refuses(asked.request))
        modules.evaluate(asked.request, asked.module, asked.options);
      break;
    case module_operation::describe:
      modules.describe(asked.request, asked.module);
      break;
    case module_operation::take_namespace:
      modules.take_namespace(asked.request, asked.module, asked.options.take);
      break;
    case module_operation::get_export:
      modules.get_export(asked.request, asked.module, asked.key, asked.options.take);
      break;
    case module_operation::set_export:
      modules.set_export(asked.request, asked.module, asked.key, asked.item);
      break;
    case module_operation::cached_data:
      modules.create_cached_data(asked.request, asked.module);
      break;
  }
}

/// Each graph has a linker, from when it first lacks something.
void context_actor::fetch(js::load_id load, std::uint64_t port,
                          std::vector<js::module_fetch> fetches) {
  auto& [linker, timer] = linkers_[load];
  if (!linker) {
    const auto& limits = spawned_.options.modules;
    linker = around_.system.spawn<linker_actor>(
      link_job{spawned_.context, load, port, self_, spawned_.owner,
               std::max<std::size_t>(limits.concurrency_max, 1), limits.load_time});
    // As in make_companion: V8 may keep this thread.
    caf::logger::set_current_actor_system(nullptr);
    if (limits.load_time.count() > 0)
      timer = loop_.start_timer(limits.load_time, std::chrono::milliseconds{0},
                                [to = linker] { send_to_scheduled(to, link_timeout{}); });
  }
  send_to_scheduled(linker, fetch_request{std::move(fetches)});
}

void context_actor::answer(request_id request, result<value> outcome) {
  if (!outcome && outcome.error().code == errc::context_closed)
    ++report_.unanswered;
  if (answering_.receiver && answering_.request == request) {
    answering_.receiver->receive(std::move(outcome));
    return;
  }
  caf::anon_send(spawned_.owner, reply{spawned_.context, request, std::move(outcome)});
}

} // namespace troupe::actors
