#include "runtime/environment.hpp"

#include "runtime/builtin_bindings.hpp"
#include "runtime/child_process/child_processes.hpp"
#include "runtime/console.hpp"
#include "runtime/error_capture.hpp"
#include "runtime/exception.hpp"
#include "runtime/file_calls.hpp"
#include "runtime/host_calls.hpp"
#include "runtime/isolate_thread.hpp"
#include "runtime/memory_measurement.hpp"
#include "runtime/module_graphs.hpp"
#include "runtime/module_linking.hpp"
#include "runtime/module_requests.hpp"
#include "runtime/net/sockets.hpp"
#include "runtime/node_vm/machine.hpp"
#include "runtime/object_requests.hpp"
#include "runtime/rejection_log.hpp"
#include "runtime/script_modules.hpp"
#include "runtime/script_process.hpp"
#include "runtime/script_requests.hpp"
#include "runtime/script_timers.hpp"
#include "runtime/settlement.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-debug.h>
#include <v8-function.h>
#include <v8-microtask-queue.h>
#include <v8-statistics.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace troupe::js {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t mib = std::size_t{1} << 20;

// A line of `console` is text outside of V8's heap.
constexpr std::size_t console_line_max = 16 * mib;

// For the microtasks that a stopped run without a timeout leaves behind.
constexpr auto leftovers_timeout = std::chrono::milliseconds{100};

} // namespace

// -- construction ---------------------------------------------------------------------

namespace {

module_limits limits_of(const context_options& options) {
  auto limits = options.modules;
  limits.depth_max = std::min(limits.depth_max, depth_that_fits(options.stack_kib * 1024));
  return limits;
}

} // namespace

environment::environment(engine& engine, event_loop& loop, const context_options& options,
                         environment_events events, std::chrono::milliseconds unresponsive_after,
                         module_port modules)
  : loop_(loop), events_(std::move(events)),
    turn_timeout_(options.turn_timeout), texts_{options.name, options.heap_limit_mib,
                                                options.output_limit},
    isolate_(engine,
             {.heap_bytes = options.heap_limit_mib * mib,
              .array_buffer_bytes = options.array_buffer_limit_mib * mib,
              .stack_bytes = options.stack_kib * 1024},
             loop.waker(),
             {.heap_limit_reached = [this] { stop_here(stop_reason::heap_limit); },
              .lost = [this](const char* why) { events_.lost(why); }}),
    rejections_(std::make_unique<rejection_log>()),
    host_calls_(
      std::make_unique<host_calls>(*this, loop.waker(), options.pending_host_calls_max)),
    exchange_(texts_.context, loop.waker(), events_.identity, *host_calls_,
              [this] { return ledger_->stopping(); }),
    modules_(std::make_unique<module_graphs>(*this, std::move(modules), limits_of(options))),
    module_requests_(std::make_unique<module_requests>(*this)),
    script_requests_(std::make_unique<script_requests>(*this)),
    object_requests_(std::make_unique<object_requests>(*this)) {
  isolate_.set_value_host(&exchange_);
  events_.uncaught = [this, host = std::move(events_.uncaught)](uncaught_error what) {
    ++uncaught_;
    if (auto failed = call_host([&] { host(std::move(what)); }))
      std::fputs(fmt::format("troupe: on_uncaught_error threw: {}\n", failed->message).c_str(),
                 stderr);
  };
  events_.write = [this, host = std::move(events_.write)](const console_line& line) {
    if (auto failed = call_host([&] { host(line); }))
      report_uncaught(*std::move(failed), current_run());
  };
  auto* v8 = isolate_.v8();
  ledger_ = std::make_shared<run_ledger>(
    isolate_brake{.stop = [v8, this] { v8->RequestInterrupt(&environment::on_stop, this); },
                  .release = [v8] { v8->CancelTerminateExecution(); },
                  .insist = [v8] { v8->TerminateExecution(); }},
    ledger_options{.cpu_used = [clock = cpu_] { return clock.read().value_or(0ns); },
                   .unresponsive_after = unresponsive_after});
  v8->SetData(1, this);
  module_graphs::install(v8);
  // Errors that no TryCatch of ours sees: in plain microtasks and finalisers.
  v8->AddMessageListener([](v8::Local<v8::Message> message, v8::Local<v8::Value> thrown) {
    auto* isolate = v8::Isolate::GetCurrent();
    auto& self = of(isolate);
    isolate_scope here{self.isolate_};
    if (isolate->InContext())
      self.uncaught(here, isolate->GetCurrentContext(), thrown, message);
  });
  v8->SetPromiseRejectCallback([](v8::PromiseRejectMessage message) {
    auto* here = v8::Isolate::GetCurrent();
    auto& self = of(here);
    isolate_scope entered{self.isolate_};
    self.rejections_->record(entered, here->GetCurrentContext(), message, self.current_run());
  });
}

environment::~environment() {
  ledger_->retire();
  if (task_timer_ != 0)
    loop_.cancel_timer(task_timer_);
}

result<void> environment::prepare(const context_options& options) {
  measurements_ = std::make_unique<memory_measurements>(
    [this](request_id request, value report) { events_.answer(request, std::move(report)); });
  cpu_at_start_ = cpu_.read().value_or(0ns);
  has_cpu_budget_ = options.cpu_budget.count() != 0;
  if (has_cpu_budget_)
    ledger_->limit_cpu(options.cpu_budget);
  return make_realm(options);
}

result<void> environment::make_realm(const context_options& options) {
  {
    isolate_scope here{isolate_};
    if (!realm_.make(here, options.code_generation, options.microtasks))
      return error{.code = errc::spawn_failed,
                   .message = fmt::format("context '{}': V8 made no realm", texts_.context)};
    auto context = realm_.context(here);
    isolate_.cloner().install(here.v8(), context);
    v8::Context::Scope entered{context};
    modules_->begin_realm(here, context);
    if (options.console && !options.builtins.has(builtin::console)) {
      auto line_max = options.output_limit != 0 ? std::min(options.output_limit, console_line_max)
                                                : console_line_max;
      if (!console_)
        console_ =
          std::make_unique<console>(texts_.context, line_max, [this](const console_line& line) {
            return write_line(line.to, line.text);
          });
      console_->install(here, context);
    }
    if (options.timers && !options.builtins.has(builtin::timers))
      timers().install(here, context);
    if (options.builtins.has(builtin::node_vm)) {
      if (!vm_machine_)
        vm_machine_ = std::make_unique<node_vm::machine>(
          isolate_, run_surroundings{
                      .ledger = ledger_, .arm = events_.arm, .hold_sigint = events_.hold_sigint});
      if (!vm_machine_->prepare(here, context))
        return error{.code = errc::spawn_failed,
                     .message = fmt::format("context '{}': V8 made no node:vm", texts_.context)};
    }
    if (!options.builtins.empty()) {
      // Modules and files need its ticks, whether or not scripts see it.
      if (options.builtins.has(builtin::node_process)
          || options.builtins.has(builtin::node_module) || options.builtins.has(builtin::node_fs)
          || options.builtins.has(builtin::node_os) || options.builtins.has(builtin::node_http)
          || options.builtins.has(builtin::node_stream) || options.builtins.has(builtin::node_net)
          || options.builtins.has(builtin::node_child_process)
          || options.builtins.has(builtin::node_readline)
          || options.builtins.has(builtin::node_test))
        process_ = std::make_unique<script_process>(*this, options.process, loop_);
      if (process_)
        rejections_->keep_all();
      if (options.builtins.has(builtin::node_module))
        file_modules_ = std::make_unique<script_modules>(*this);
      if (options.allow_files)
        files_ = std::make_shared<file_calls>(*this, loop_.waker());
      if (options.allow_network || options.allow_processes)
        sockets_ = std::make_unique<net::sockets>(*this, loop_, options.allow_network);
      if (options.allow_processes)
        children_ = std::make_unique<child_process::child_processes>(*this, loop_);
      builtins_ = std::make_unique<builtin_modules>(options.builtins);
      add_bindings(*builtins_, *this);
      if (!builtins_->install(here, context))
        return error{.code = errc::spawn_failed,
                     .message =
                       fmt::format("context '{}': V8 made no built-ins", texts_.context)};
    }
  }
  if (options.globals.empty())
    return {};
  result<void> outcome;
  auto stopped = in_turn({}, [&](isolate_scope& here, v8::Local<v8::Context> context) {
    v8::TryCatch caught{here.v8()};
    for (const auto& [key, item] : options.globals) {
      v8::Local<v8::String> name;
      auto made = clone_in_or_why(here, context, item);
      if (made && to_v8_string(here.v8(), key).ToLocal(&name)
          && assign(here, context->Global(), name, *made).FromMaybe(false))
        continue;
      outcome = error{.code = errc::spawn_failed,
                      .message = fmt::format(
                        "context '{}': the global '{}' cannot be set: {}", texts_.context, key,
                        made ? "it is read-only, or its key is too long" : made.error().message)};
      return;
    }
  });
  if (stopped)
    return stopped_error(*stopped, {});
  return outcome;
}

script_timers& environment::timers() {
  if (!timers_)
    timers_ = std::make_unique<script_timers>(*this, loop_);
  return *timers_;
}

bool environment::spend_output(std::size_t bytes) {
  if (ledger_->stopping())
    return false;
  if (texts_.output_limit == 0)
    return true;
  if (bytes > output_left_) {
    stop_here(stop_reason::output_limit);
    return false;
  }
  output_left_ -= bytes;
  return true;
}

bool environment::write_line(console_line::stream to, std::string text) {
  if (!spend_output(text.size() + 1)) // and a newline
    return false;
  events_.write({.context = texts_.context, .to = to, .text = std::move(text)});
  return true;
}

environment& environment::of(v8::Isolate* isolate) {
  return *static_cast<environment*>(isolate->GetData(1));
}

// -- turns ----------------------------------------------------------------------------

steady_time environment::deadline_after(steady_time now, std::chrono::milliseconds timeout) {
  if (timeout.count() <= 0)
    return never;
  // A timeout beyond the clock's range is no limit.
  return timeout < std::chrono::duration_cast<std::chrono::milliseconds>(never - now)
           ? now + timeout
           : never;
}

turn_spec environment::limits_of_turn() const {
  return {.request = current_.request,
          .timeout = current_.timeout,
          .cpu_time = current_.cpu_time,
          .run = current_run()};
}

std::optional<stop_reason> environment::in_turn(const turn_spec& spec, script_body script,
                                                std::optional<script_body> conclude) {
  exchange_.leases().collect();
  auto limits = spec;
  if (limits.timeout.count() == 0)
    limits.timeout = turn_timeout_;
  bool limited = limits.timeout.count() != 0 || limits.cpu_time.count() != 0 || has_cpu_budget_;
  auto now = limited ? std::chrono::steady_clock::now() : steady_time{};
  auto deadline = deadline_after(now, limits.timeout);
  auto begun = ledger_->enter({.request = limits.request,
                               .deadline = deadline,
                               .timeout = limits.timeout,
                               .sigint = limits.sigint,
                               .cpu_time = limits.cpu_time},
                              now);
  if (begun.refused)
    return begun.refused;
  if (begun.arm)
    events_.arm(*begun.arm);
  auto outer = std::exchange(current_, limits);
  auto outer_deadline = std::exchange(deadline_of_turn_, deadline);
  auto outer_output = std::exchange(output_left_, texts_.output_limit);
  bool drain_cut = false;
  {
    isolate_scope here{isolate_};
    auto context = realm_.context(here);
    v8::Context::Scope entered{context};
    auto* isolate = here.v8();
    auto outer_run = isolate->GetContinuationPreservedEmbedderData();
    isolate->SetContinuationPreservedEmbedderData(
      v8::Number::New(isolate, static_cast<double>(limits.run)));
    script(here, context);
    // After a stop, draining would only throw the queue away.
    if (!ledger_->stopping())
      drain_cut = drain(here);
    if (conclude && !ledger_->stopping()) {
      (*conclude)(here, context);
      if (!ledger_->stopping()) // reading the value may have run script
        drain_cut = drain(here);
    }
    while (!rejections_->empty() && !ledger_->stopping()) {
      auto deal = [&](v8::Local<v8::Promise> promise, v8::Local<v8::Value> reason) {
        return process_ && process_->rejected(here, context, promise, reason);
      };
      auto handled = [&](v8::Local<v8::Promise> promise) {
        if (process_)
          process_->handled_late(here, promise);
      };
      auto report = [this](error what, std::uint64_t run, std::uint64_t count) {
        report_uncaught(std::move(what), run, count);
      };
      rejections_->flush(here, context, {deal, handled, report});
      if (!process_)
        break;
      // Whoever was told may have begun something.
      if (!ledger_->stopping())
        drain_cut = drain(here) || drain_cut;
    }
    isolate->SetContinuationPreservedEmbedderData(outer_run);
  }
  current_ = outer;
  deadline_of_turn_ = outer_deadline;
  output_left_ = outer_output;
  auto [stopped, responsive_after] = ledger_->leave(
    begun.id, ledger_->stopping() ? std::chrono::steady_clock::now() : steady_time{});
  if (ledger_->given_up())
    park_for_ever();
  if (responsive_after)
    events_.responsive(*responsive_after);
  after_turn(limits.request, stopped, drain_cut);
  // What a stopped run has left in the queue must not run at the expense of the
  // next one. (A turn that is nobody's leaves nothing: its drain was cut.)
  if (stopped && *stopped != stop_reason::close && !drain_cut && limits.request != 0)
    in_turn({.timeout = limits.timeout.count() != 0 ? limits.timeout : leftovers_timeout},
            [](isolate_scope&, v8::Local<v8::Context>) {});
  return stopped;
}

std::optional<stop_reason> environment::callback_turn(turn_spec spec, script_body body) {
  auto stopped = in_turn(spec, body);
  if (!stopped || *stopped == stop_reason::cancel || *stopped == stop_reason::close)
    return stopped; // whoever did that knows
  auto why = stopped_error(*stopped, spec);
  if (spec.request != 0 && waiting_.contains(spec.request)) {
    abandon(spec.request);
    events_.answer(spec.request, why);
  } else {
    report_uncaught(why, spec.run);
  }
  return stopped;
}

std::optional<error> environment::call_host(function_ref<void()> call) {
  try {
    host_section inside{*ledger_};
    call();
    return std::nullopt;
  } catch (...) {
    return troupe::detail::error_from_exception();
  }
}

/// Runs the microtasks. @returns whether V8 discarded some.
bool environment::drain(isolate_scope& here) {
  v8::TryCatch caught{here.v8()};
  ledger_->draining(true);
  do {
    if (process_ && process_->has_ticks())
      process_->run_ticks(here, realm_.context(here));
    if (process_ && ledger_->stopping())
      break; // what is left is the next turn's
    realm_.run_microtasks(here);
  } while (process_ && process_->has_ticks() && !caught.HasTerminated() && !ledger_->stopping());
  ledger_->draining(false);
  return caught.HasTerminated();
}

void environment::run_microtasks(isolate_scope& here) {
  v8::TryCatch caught{here.v8()};
  ledger_->draining(true);
  realm_.run_microtasks(here);
  ledger_->draining(false);
  if (!caught.HasTerminated())
    return;
  modules_->microtasks_discarded();
  caught.ReThrow();
}

void environment::after_turn(request_id request, std::optional<stop_reason> stopped,
                             bool drain_cut) {
  if (drain_cut)
    modules_->microtasks_discarded();
  // At a close all of them are told about that.
  if (drain_cut && stopped != stop_reason::close) {
    // V8 dropped the rest of the microtask queue, and with it perhaps what
    // would have settled the others.
    std::erase_if(waiting_, [&](const auto& entry) {
      if (entry.first == request) // answered by whoever made this turn
        return false;
      if (ledger_->settle(entry.first))
        events_.answer(entry.first,
                       error{.code = errc::evaluation_lost,
                             .message = "the microtasks of the context were discarded when "
                                        "another run was stopped"});
      return true;
    });
  }
  if (stopped == stop_reason::heap_limit || isolate_.heap().reached())
    if (!isolate_.heap().recover() && !broken_)
      broken_ = error{.code = errc::heap_limit_exceeded,
                      .message = fmt::format("its heap stayed above its limit of {} MiB",
                                             texts_.heap_limit_mib)};
}

error timed_out_error(std::chrono::milliseconds timeout) {
  return {.code = errc::deadline_exceeded,
          .message = fmt::format("Script execution timed out after {}ms", timeout.count())};
}

error interrupted_error() {
  return {.code = errc::interrupted, .message = "Script execution was interrupted by `SIGINT`"};
}

error stop_texts::operator()(const run_ledger::overdue& stopped) const {
  switch (stopped.why) {
    case stop_reason::timeout:
      return timed_out_error(stopped.timeout);
    case stop_reason::neighbour:
      return {.code = errc::evaluation_lost,
              .message = "stopped while microtasks ran, because the time of another run was over "
                         "whose microtasks they may have been"};
    case stop_reason::interrupt:
      return interrupted_error();
    case stop_reason::cancel:
      return {.code = errc::cancelled, .message = "the run was cancelled"};
    case stop_reason::heap_limit:
      return {.code = errc::heap_limit_exceeded,
              .message = fmt::format("context '{}' reached its heap limit of {} MiB", context,
                                     heap_limit_mib)};
    case stop_reason::cpu_time:
      return {.code = errc::cpu_time_exceeded,
              .message = fmt::format("Script execution used more than {}ms of CPU time",
                                     stopped.timeout.count())};
    case stop_reason::cpu_budget:
      return {.code = errc::cpu_budget_exceeded,
              .message = fmt::format("context '{}' has used up its CPU budget", context)};
    case stop_reason::output_limit:
      return {.code = errc::output_limit_exceeded,
              .message = fmt::format("the run wrote more than {} bytes", output_limit)};
    case stop_reason::close:
      break;
  }
  return {.code = errc::context_closed,
          .message = fmt::format("context '{}' was closed", context)};
}

error environment::stopped_error(stop_reason reason, const turn_spec& limits) const {
  auto limit = limits.timeout.count() != 0 ? limits.timeout : turn_timeout_;
  auto told =
    texts_({.timeout = reason == stop_reason::cpu_time ? limits.cpu_time : limit, .why = reason});
  if (reason == stop_reason::heap_limit || reason == stop_reason::output_limit)
    told.position = last_stop_;
  return told;
}

// -- what belongs to no request -----------------------------------------------------------

void environment::uncaught(isolate_scope& here, v8::Local<v8::Context> context,
                           v8::Local<v8::Value> thrown, v8::Local<v8::Message> message) {
  if (!process_ || !process_->uncaught(here, context, thrown, message))
    report_uncaught(capture_error(here, context, thrown, message, errc::uncaught_exception, true),
                    current_run());
}

script_modules* environment::file_modules() noexcept {
  return file_modules_ && file_modules_->ready() ? file_modules_.get() : nullptr;
}

std::function<bool(environment::script_body)> environment::callbacks_of_turn() {
  return
    [this, limits = limits_of_turn()](script_body body) { return !callback_turn(limits, body); };
}

void environment::run_callback(script_body body) {
  callback_turn({}, body);
}

bool environment::write_output(
  console_line::stream to, std::string_view text,
  const std::function<void(console_line::stream, std::string_view)>& host) {
  if (!spend_output(text.size()))
    return false;
  if (!host) {
    if (text.ends_with('\n'))
      text.remove_suffix(1);
    events_.write({.context = texts_.context, .to = to, .text = std::string{text}});
  } else if (auto failed = call_host([&] { host(to, text); })) {
    report_uncaught(*std::move(failed), current_run());
  }
  return true;
}

void environment::exit(int status, const std::function<void(int)>& host) {
  if (host)
    if (auto failed = call_host([&] { host(status); }))
      report_uncaught(*std::move(failed), current_run());
  if (events_.exit)
    events_.exit(status);
}

bool environment::found_more() {
  if (!process_)
    return false;
  process_->tell_idle();
  return !idle();
}

// -- running --------------------------------------------------------------------------

void environment::stop_here(stop_reason reason) {
  if (reason != stop_reason::heap_limit) // V8 is collecting garbage
    note_position();
  if (auto look = ledger_->stop_all(reason))
    events_.arm(*look);
}

void environment::on_stop(v8::Isolate* isolate, void* data) {
  auto& self = *static_cast<environment*>(data);
  if (!self.ledger_->stopping())
    return; // what was to stop has left
  self.note_position();
  isolate->TerminateExecution();
}

void environment::note_position() {
  auto* isolate = isolate_.v8();
  v8::HandleScope handles{isolate};
  auto stack = v8::StackTrace::CurrentStackTrace(isolate, 1, v8::StackTrace::kDetailed);
  if (stack->GetFrameCount() > 0) {
    auto top = stack->GetFrame(isolate, 0);
    auto name = top->GetScriptNameOrSourceURL();
    last_stop_ = {.filename = name.IsEmpty() ? std::string{} : to_utf8(isolate, name),
                  .line = top->GetLineNumber(),
                  .column = top->GetColumn()};
  }
}

void environment::describe(exit_report& report) const {
  v8::HeapStatistics heap;
  isolate_.v8()->GetHeapStatistics(&heap);
  auto microseconds = [](auto time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time);
  };
  auto stops = ledger_->stops().read();
  report.runs = runs();
  report.uncaught = uncaught_;
  report.heap_used_bytes = heap.used_heap_size();
  report.heap_limit_bytes = texts_.heap_limit_mib * mib;
  report.array_buffer_bytes = isolate_.array_buffer_bytes();
  report.cpu_time = microseconds(cpu_.read().value_or(cpu_at_start_) - cpu_at_start_);
  report.stops = stops.stops;
  report.stop_latency_last = microseconds(stops.last);
  report.stop_latency_max = microseconds(stops.longest);
  report.last_position = last_stop_;
  if (running_ != nullptr) // V8 is lost in it
    report.last_position = {.filename = *running_};
}

std::uint64_t environment::current_run() const {
  auto* isolate = isolate_.v8();
  v8::HandleScope handles{isolate};
  auto run = isolate->GetContinuationPreservedEmbedderData();
  return run->IsNumber() ? static_cast<std::uint64_t>(run.As<v8::Number>()->Value()) : 0;
}

void environment::report_uncaught(error what, std::uint64_t run, std::uint64_t count) {
  uncaught_error told;
  static_cast<error&>(told) = std::move(what);
  told.run = run;
  told.script = names_.find(run);
  told.count = count;
  events_.uncaught(std::move(told));
}

bool environment::evaluate(request_id request, const std::string& name,
                           const run_options& options, bool display_errors, evaluation_body body,
                           bool boxed) {
  auto number = names_.begin(name);
  const auto* outer_running = running_;
  result<value> answer{value{}};
  bool waits = false;
  v8::Global<v8::Value> completion;
  longest_timeout_ = std::max(longest_timeout_, options.timeout);
  auto sigint = options.break_on_sigint ? events_.hold_sigint() : nullptr;
  auto begin = [&](isolate_scope& here, v8::Local<v8::Context> context) {
    if (!name.empty())
      running_ = &name;
    v8::TryCatch caught{here.v8()};
    v8::Local<v8::Value> last;
    auto outcome = body(here, context, caught);
    if (!outcome)
      answer = std::move(outcome).error();
    else if (outcome->ToLocal(&last))
      completion.Reset(here.v8(), last);
    else if (caught.HasCaught() && !caught.HasTerminated())
      answer = capture_error(here, context, caught, errc::uncaught_exception, display_errors);
  };
  auto conclude = [&](isolate_scope& here, v8::Local<v8::Context> context) {
    if (completion.IsEmpty())
      return;
    auto last = completion.Get(here.v8());
    if (last->IsPromise() && options.take != take_as::reference) {
      auto promise = last.As<v8::Promise>();
      if (promise->State() == v8::Promise::kPending) {
        auto waiting_now =
          wait_for_promise(here, context, promise, request, options, display_errors, boxed);
        waits = waiting_now.has_value();
        if (!waits)
          answer = std::move(waiting_now).error();
        return;
      }
      if (promise->State() == v8::Promise::kRejected) {
        rejections_->forget(context, promise);
        promise->MarkAsHandled();
        answer = capture_error(here, context, promise->Result(), errc::uncaught_exception,
                               display_errors);
        return;
      }
      last = promise->Result();
    }
    if (boxed && !module_graphs::unbox(context, last).ToLocal(&last))
      return;
    answer = exchange_.take(here, context, last, options.take, display_errors);
  };
  turn_spec limits{.request = request,
                   .timeout = options.timeout,
                   .sigint = sigint,
                   .cpu_time = options.cpu_time,
                   .run = number};
  auto stopped = in_turn(limits, begin, conclude);
  running_ = outer_running;
  if (stopped) {
    abandon(request);
    close_opened_by(request);
    answer = stopped_error(*stopped, limits);
  }
  if (stopped || !waits)
    answer_and_release(request, sigint, std::move(answer));
  return !stopped;
}

void environment::answer_and_release(request_id request,
                                     const std::shared_ptr<sigint_hold>& sigint,
                                     result<value> outcome) {
  if (sigint) {
    sigint->end();
    if (sigint->fired())
      outcome = interrupted_error();
  }
  events_.answer(request, std::move(outcome));
}

// -- the realm ------------------------------------------------------------------------

void environment::reset(request_id request, const context_options& options) {
  fail_promises({.code = errc::context_reset,
                 .message = fmt::format("context '{}' was reset", texts_.context)});
  if (timers_)
    timers_->clear();
  rejections_->clear();
  script_requests_->leave_realm();
  exchange_.leases().clear();
  host_calls_->clear();
  modules_->clear();
  builtins_.reset();
  file_modules_.reset();
  files_.reset();
  children_.reset();
  sockets_.reset();
  process_.reset();
  if (vm_machine_)
    vm_machine_->retire();
  {
    isolate_scope here{isolate_};
    realm_.retire(here);
  }
  if (auto made = make_realm(options); !made) {
    // Without a whole realm no script may run, and after a close none will.
    if (made.error().code != errc::context_closed && !broken_)
      broken_ = error{.code = errc::spawn_failed,
                      .message = "it has no realm after a reset: " + made.error().message};
    events_.answer(request, std::move(made).error());
    return;
  }
  isolate_scope here{isolate_};
  measurements_->restart(here, realm_.context(here));
  events_.answer(request, value{});
}

void environment::measure_memory(request_id request, const memory_options& what) {
  isolate_scope here{isolate_};
  measurements_->start(here, realm_.context(here), request, what);
}

// -- promises -------------------------------------------------------------------------

result<void> environment::wait_for_promise(isolate_scope& here, v8::Local<v8::Context> context,
                                           v8::Local<v8::Promise> promise, request_id request,
                                           const run_options& options, bool display_errors,
                                           bool boxed) {
  bool whole = options.timeout_covers == timeout_scope::evaluation;
  waiting_.insert_or_assign(request, waiting{.how = options.take,
                                             .display_errors = display_errors,
                                             .sigint = current_.sigint,
                                             .boxed = boxed});
  auto arm = ledger_->await({.request = request,
                             .deadline = whole ? deadline_of_turn_ : never,
                             .timeout = current_.timeout,
                             .sigint = current_.sigint,
                             .cpu_time = current_.cpu_time});
  if (arm)
    events_.arm(*arm);
  v8::TryCatch caught{here.v8()};
  if (when_settled(context, promise, request, &environment::on_settled))
    return {};
  abandon(request);
  if (!caught.HasCaught() || caught.HasTerminated())
    return error{.code = errc::evaluation_lost, .message = "the promise cannot be waited for"};
  return capture_error(here, context, caught, errc::uncaught_exception, display_errors);
}

void environment::on_settled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& self = of(info.GetIsolate());
  isolate_scope here{self.isolate_};
  auto [request, fulfilled] = settlement::of(info);
  self.settle(here, here.v8()->GetCurrentContext(), request, fulfilled, info[0]);
}

void environment::settle(isolate_scope& here, v8::Local<v8::Context> context, request_id request,
                         bool fulfilled, v8::Local<v8::Value> outcome) {
  auto found = waiting_.find(request);
  if (found == waiting_.end())
    return;
  auto [how, display_errors, sigint, boxed] = std::move(found->second);
  result<value> answer{value{}};
  if (!fulfilled)
    answer = capture_error(here, context, outcome, errc::uncaught_exception, display_errors);
  else if (!boxed || module_graphs::unbox(context, outcome).ToLocal(&outcome))
    answer = exchange_.take(here, context, outcome, how, display_errors);
  // Reading the value may have run script that was stopped: then after_turn
  // answers.
  if (here.v8()->IsExecutionTerminating() || waiting_.erase(request) == 0)
    return;
  if (!ledger_->settle(request))
    return;
  if (auto thrown = call_host([&] { answer_and_release(request, sigint, std::move(answer)); }))
    report_uncaught(*std::move(thrown), current_run());
}

void environment::abandon(request_id request) {
  ledger_->settle(request);
  if (waiting_.erase(request) != 0)
    close_opened_by(request);
  if (timers_)
    timers_->cancel_of(request);
  host_calls_->cancel_of(request);
  modules_->cancel_of(request);
  if (measurements_)
    measurements_->forget(request);
}

void environment::close_opened_by(request_id request) {
  if (children_)
    children_->cancel_of(request);
  if (sockets_)
    sockets_->cancel_of(request);
}

bool environment::fail_one(request_id request, const error& why) {
  auto found = waiting_.extract(request);
  if (found.empty())
    return false;
  if (ledger_->settle(request))
    if (auto thrown = call_host([&] { answer_and_release(request, found.mapped().sigint, why); }))
      report_uncaught(*std::move(thrown), current_run());
  return true;
}

bool environment::has_waiting() const noexcept {
  return !waiting_.empty() || (measurements_ && !measurements_->empty());
}

void environment::fail_waiting(const error& why) {
  fail_promises(why);
  while (auto request = measurements_ ? measurements_->take() : 0)
    events_.answer(request, why);
}

void environment::fail_promises(const error& why) {
  auto open = std::move(waiting_);
  waiting_.clear();
  for (auto& [request, unused] : open)
    if (ledger_->settle(request))
      events_.answer(request, why);
}

// -- answers --------------------------------------------------------------------------

void environment::answer_in_turn(request_id request, answer_body body) {
  result<value> answer{value{}};
  auto stopped =
    in_turn({.request = request}, [&](isolate_scope& here, v8::Local<v8::Context> context) {
      v8::TryCatch caught{here.v8()};
      answer = body(here, context);
      if (caught.HasCaught() && !caught.HasTerminated())
        answer = capture_error(here, context, caught, errc::uncaught_exception, true);
    });
  if (stopped)
    answer = stopped_error(*stopped, {});
  events_.answer(request, std::move(answer));
}

v8::Maybe<bool> environment::assign(isolate_scope& here, v8::Local<v8::Object> to,
                                    v8::Local<v8::String> key, v8::Local<v8::Value> item) const {
  if (item->IsFunction() && host_calls_->is_nameless(item.As<v8::Function>()))
    item.As<v8::Function>()->SetName(key);
  return realm_.assign(here, to, key, item);
}

// -- the loop -------------------------------------------------------------------------

bool environment::poll() {
  auto& tasks = isolate_.tasks();
  bool ran = host_calls_->settle_answered();
  if (process_)
    ran = process_->deliver() || ran;
  if (files_)
    ran = files_->settle() || ran;
  if (sockets_)
    ran = sockets_->settle() || ran;
  if (tasks.pending()) {
    // V8's tasks may run script (finalisation callbacks, what waits for WebAssembly), so this is
    // a turn. It is nobody's: what a run has left behind must not go on for ever.
    callback_turn({.timeout = turn_timeout_.count() != 0 ? turn_timeout_ : longest_timeout_},
                  [&](isolate_scope&, v8::Local<v8::Context>) { ran = tasks.run_due() || ran; });
    auto next = tasks.next_due();
    if (next != never) {
      if (task_timer_ != 0)
        loop_.cancel_timer(task_timer_);
      auto delay =
        std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
      task_timer_ = loop_.start_timer(std::max(delay, std::chrono::milliseconds{1}), {}, [this] {
        task_timer_ = 0;
        isolate_.tasks().look_again();
      });
    }
  }
  return ran;
}

bool environment::idle() const {
  return (!timers_ || timers_->idle()) && host_calls_->empty() && modules_->idle()
         && (!files_ || files_->empty()) && (!sockets_ || sockets_->idle())
         && (!children_ || children_->idle()) && (!process_ || process_->idle())
         && !isolate_.tasks().pending() && !isolate_.v8()->HasPendingBackgroundTasks();
}

} // namespace troupe::js
