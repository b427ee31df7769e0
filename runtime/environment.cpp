#include "runtime/environment.hpp"

#include "runtime/console.hpp"
#include "runtime/error_capture.hpp"
#include "runtime/isolate_thread.hpp"
#include "runtime/rejection_log.hpp"
#include "runtime/script_timers.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-function.h>
#include <v8-microtask-queue.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace troupe::js {

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

// For the microtasks that a stopped run without a timeout leaves behind.
constexpr auto leftovers_timeout = std::chrono::milliseconds{100};

clone_mode result_mode(const run_options& options) {
  return options.transfer_result ? clone_mode::transfer : clone_mode::copy;
}

} // namespace

// -- construction ---------------------------------------------------------------------

environment::environment(engine& engine, event_loop& loop, const context_options& options,
                         environment_events events)
  : loop_(loop), events_(std::move(events)), name_(options.name),
    turn_timeout_(options.turn_timeout), heap_limit_mib_(options.heap_limit_mib),
    isolate_(engine,
             {.heap_bytes = options.heap_limit_mib * mib,
              .array_buffer_bytes = options.array_buffer_limit_mib * mib,
              .stack_bytes = options.stack_kib * 1024},
             loop.waker(),
             {.heap_limit_reached = [this] { ledger_->stop_all(stop_reason::heap_limit); },
              .lost = [this] { events_.lost(); }}),
    rejections_(std::make_unique<rejection_log>()) {
  events_.uncaught = [this, host = std::move(events_.uncaught)](error what) {
    if (auto failed = call_host([&] { host(std::move(what)); }))
      std::fputs(fmt::format("troupe: on_uncaught_error threw: {}\n", failed->message).c_str(),
                 stderr);
  };
  events_.write = [this, host = std::move(events_.write)](const console_line& line) {
    if (auto failed = call_host([&] { host(line); }))
      events_.uncaught(*std::move(failed));
  };
  auto* v8 = isolate_.v8();
  ledger_ = std::make_shared<run_ledger>(
    isolate_brake{.stop = [v8] { v8->TerminateExecution(); },
                  .release = [v8] { v8->CancelTerminateExecution(); }});
  v8->SetData(1, this);
  // Errors that no TryCatch of ours sees: in plain microtasks and finalisers.
  v8->AddMessageListener([](v8::Local<v8::Message>, v8::Local<v8::Value> thrown) {
    auto* isolate = v8::Isolate::GetCurrent();
    auto& self = of(isolate);
    isolate_scope here{self.isolate_};
    if (isolate->InContext())
      self.events_.uncaught(capture_error(here, isolate->GetCurrentContext(), thrown,
                                          errc::uncaught_exception, true));
  });
  v8->SetPromiseRejectCallback([](v8::PromiseRejectMessage message) {
    auto* here = v8::Isolate::GetCurrent();
    of(here).rejections_->record(here, message);
  });
}

environment::~environment() {
  ledger_->retire();
  if (task_timer_ != 0)
    loop_.cancel_timer(task_timer_);
}

result<void> environment::prepare(const context_options& options) {
  {
    isolate_scope here{isolate_};
    auto context = v8::Context::New(here.v8());
    if (context.IsEmpty())
      return error{.code = errc::spawn_failed,
                   .message = fmt::format("context '{}': V8 made no realm", name_)};
    realm_.Reset(here.v8(), context);
    isolate_.cloner().install(here.v8(), context);
    v8::Context::Scope entered{context};
    v8::Local<v8::Value> reflect;
    v8::Local<v8::Value> set;
    if (!context->Global()
           ->Get(context, v8::String::NewFromUtf8Literal(here.v8(), "Reflect"))
           .ToLocal(&reflect)
        || !reflect.As<v8::Object>()
              ->Get(context, v8::String::NewFromUtf8Literal(here.v8(), "set"))
              .ToLocal(&set))
      return error{.code = errc::spawn_failed,
                   .message = fmt::format("context '{}': V8 made no whole realm", name_)};
    reflect_set_.Reset(here.v8(), set.As<v8::Function>());
    // V8 has a console of its own, which prints nothing without an inspector.
    context->Global()
      ->Delete(context, v8::String::NewFromUtf8Literal(here.v8(), "console"))
      .Check();
    if (options.console) {
      console_ = std::make_unique<console>(name_, [this](const console_line& line) {
        if (ledger_->stopping())
          return false;
        events_.write(line);
        return true;
      });
      console_->install(here, context);
    }
    if (options.timers) {
      timers_ = std::make_unique<script_timers>(*this, loop_);
      timers_->install(here, context);
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
          && assign_global(context, name, *made).FromMaybe(false))
        continue;
      outcome = error{.code = errc::spawn_failed,
                      .message = fmt::format(
                        "context '{}': the global '{}' cannot be set: {}", name_, key,
                        made ? "it is read-only, or its key is too long" : made.error().message)};
      return;
    }
  });
  if (stopped)
    return stopped_error(*stopped, turn_timeout_);
  return outcome;
}

environment& environment::of(v8::Isolate* isolate) {
  return *static_cast<environment*>(isolate->GetData(1));
}

// -- turns ----------------------------------------------------------------------------

steady_time environment::deadline_after(std::chrono::milliseconds timeout) {
  if (timeout.count() <= 0)
    return never;
  auto now = std::chrono::steady_clock::now();
  // A timeout beyond the clock's range is no limit.
  return timeout < std::chrono::duration_cast<std::chrono::milliseconds>(never - now)
           ? now + timeout
           : never;
}

std::optional<stop_reason> environment::in_turn(const turn_spec& spec, script_body script,
                                                std::optional<script_body> conclude) {
  auto limits = spec;
  if (limits.timeout.count() == 0)
    limits.timeout = turn_timeout_;
  auto deadline = deadline_after(limits.timeout);
  auto begun = ledger_->enter({.request = limits.request,
                               .deadline = deadline,
                               .timeout = limits.timeout,
                               .sigint = limits.sigint});
  if (begun.refused)
    return begun.refused;
  if (begun.arm)
    events_.arm(*begun.arm);
  auto outer = std::exchange(current_, limits);
  auto outer_deadline = std::exchange(deadline_of_turn_, deadline);
  bool drain_cut = false;
  {
    isolate_scope here{isolate_};
    auto context = realm_.Get(here.v8());
    v8::Context::Scope entered{context};
    script(here, context);
    // After a stop, draining would only throw the queue away.
    if (!ledger_->stopping())
      drain_cut = drain(here, context);
    if (conclude && !ledger_->stopping()) {
      (*conclude)(here, context);
      if (!ledger_->stopping()) // reading the value may have run script
        drain_cut = drain(here, context);
    }
    if (!rejections_->empty() && !ledger_->stopping())
      rejections_->flush(here, context, events_.uncaught);
  }
  current_ = outer;
  deadline_of_turn_ = outer_deadline;
  auto stopped = ledger_->leave(begun.id);
  if (ledger_->given_up())
    park_for_ever();
  after_turn(limits.request, stopped, drain_cut);
  // What a stopped run has left in the queue must not run at the expense of the
  // next one. (A turn that is nobody's leaves nothing: its drain was cut.)
  if (stopped && *stopped != stop_reason::close && !drain_cut && limits.request != 0)
    in_turn({.timeout = limits.timeout.count() != 0 ? limits.timeout : leftovers_timeout},
            [](isolate_scope&, v8::Local<v8::Context>) {});
  return stopped;
}

std::optional<error> environment::call_host(function_ref<void()> call) {
  if (!ledger_->enter_host())
    park_for_ever();
  std::optional<error> thrown;
  try {
    call();
  } catch (const std::exception& what) {
    thrown = error{.code = errc::host_exception, .message = what.what()};
  } catch (...) {
    thrown = error{.code = errc::host_exception, .message = "an exception of unknown type"};
  }
  ledger_->leave_host();
  return thrown;
}

/// Runs the microtasks. @returns whether V8 discarded some.
bool environment::drain(isolate_scope& here, v8::Local<v8::Context> context) {
  v8::TryCatch caught{here.v8()};
  ledger_->draining(true);
  context->GetMicrotaskQueue()->PerformCheckpoint(here.v8());
  ledger_->draining(false);
  return caught.HasTerminated();
}

void environment::after_turn(request_id request, std::optional<stop_reason> stopped,
                             bool drain_cut) {
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
    healthy_ = isolate_.heap().recover() && healthy_;
}

error timed_out_error(std::chrono::milliseconds timeout) {
  return {.code = errc::deadline_exceeded,
          .message = fmt::format("Script execution timed out after {}ms", timeout.count())};
}

error overdue_error(const run_ledger::overdue& late) {
  if (late.why == stop_reason::neighbour)
    return {.code = errc::evaluation_lost,
            .message = "stopped while microtasks ran, because the time of another run was over "
                       "whose microtasks they may have been"};
  return timed_out_error(late.timeout);
}

error interrupted_error() {
  return {.code = errc::interrupted, .message = "Script execution was interrupted by `SIGINT`"};
}

error environment::stopped_error(stop_reason reason, std::chrono::milliseconds timeout) const {
  switch (reason) {
    case stop_reason::timeout:
    case stop_reason::neighbour:
      return overdue_error({.timeout = timeout, .why = reason});
    case stop_reason::interrupt:
      return interrupted_error();
    case stop_reason::cancel:
      return {.code = errc::cancelled, .message = "the run was cancelled"};
    case stop_reason::heap_limit:
      return {.code = errc::heap_limit_exceeded,
              .message = fmt::format("context '{}' reached its heap limit of {} MiB", name_,
                                     heap_limit_mib_)};
    case stop_reason::close:
      break;
  }
  return {.code = errc::context_closed, .message = fmt::format("context '{}' was closed", name_)};
}

// -- running --------------------------------------------------------------------------

void environment::run(request_id request, const script_source& source,
                      const run_options& options) {
  ++runs_;
  result<value> answer{value{}};
  bool waits = false;
  v8::Global<v8::Value> completion;
  auto sigint = options.break_on_sigint ? events_.hold_sigint() : nullptr;
  bool display = source.options.display_errors;
  auto script = [&](isolate_scope& here, v8::Local<v8::Context> context) {
    v8::TryCatch caught{here.v8()};
    v8::Local<v8::Script> compiled;
    v8::Local<v8::Value> last;
    if (!scripts_.compile(here, context, source).ToLocal(&compiled)) {
      if (caught.HasCaught() && !caught.HasTerminated())
        answer = capture_error(here, context, caught, errc::syntax_error, display);
    } else if (compiled->Run(context).ToLocal(&last)) {
      completion.Reset(here.v8(), last);
    } else if (caught.HasCaught() && !caught.HasTerminated()) {
      answer = capture_error(here, context, caught, errc::uncaught_exception, display);
    }
  };
  auto conclude = [&](isolate_scope& here, v8::Local<v8::Context> context) {
    if (completion.IsEmpty())
      return;
    auto last = completion.Get(here.v8());
    if (last->IsPromise()) {
      auto promise = last.As<v8::Promise>();
      if (promise->State() == v8::Promise::kPending) {
        auto waiting_now =
          wait_for_promise(here, context, promise, request, options, source.options);
        waits = waiting_now.has_value();
        if (!waits)
          answer = std::move(waiting_now).error();
        return;
      }
      if (promise->State() == v8::Promise::kRejected) {
        rejections_->forget(here.v8(), promise);
        promise->MarkAsHandled();
        answer =
          capture_error(here, context, promise->Result(), errc::uncaught_exception, display);
        return;
      }
      last = promise->Result();
    }
    if (!options.discard_result)
      answer = take(here, context, last, display, result_mode(options));
  };
  auto stopped =
    in_turn({.request = request, .timeout = options.timeout, .sigint = sigint}, script, conclude);
  if (stopped) {
    abandon(request);
    answer =
      stopped_error(*stopped, options.timeout.count() != 0 ? options.timeout : turn_timeout_);
  }
  if (stopped || !waits)
    answer_and_release(request, sigint, std::move(answer));
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

result<value> environment::take(isolate_scope& here, v8::Local<v8::Context> context,
                                v8::Local<v8::Value> from, bool display_errors, clone_mode mode) {
  v8::TryCatch caught{here.v8()};
  auto copy = clone_out(here, context, from, mode);
  if (!copy && caught.HasCaught() && !caught.HasTerminated())
    return capture_error(here, context, caught, errc::uncaught_exception, display_errors);
  return copy;
}

void environment::compile(request_id request, const script_source& source) {
  answer_in_turn(request,
                 [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
                   v8::TryCatch caught{here.v8()};
                   if (!scripts_.compile(here, context, source).IsEmpty())
                     return value{};
                   return capture_error(here, context, caught, errc::syntax_error,
                                        source.options.display_errors);
                 });
}

// -- promises -------------------------------------------------------------------------

result<void> environment::wait_for_promise(isolate_scope& here, v8::Local<v8::Context> context,
                                           v8::Local<v8::Promise> promise, request_id request,
                                           const run_options& options,
                                           const script_options& script) {
  auto* isolate = here.v8();
  v8::Local<v8::Function> settled[2];
  // The callback learns what it answers from its data: the request's number,
  // negative for a rejection.
  for (int rejected : {0, 1}) {
    auto data = v8::Number::New(isolate, static_cast<double>(request) * (rejected != 0 ? -1 : 1));
    if (!v8::Function::New(context, &environment::on_settled, data, 1,
                           v8::ConstructorBehavior::kThrow)
           .ToLocal(&settled[rejected]))
      return error{.code = errc::heap_limit_exceeded,
                   .message = "there is no memory to wait with"};
  }
  bool whole = options.timeout_covers == timeout_scope::evaluation;
  waiting_.insert_or_assign(request, waiting{.discard_result = options.discard_result,
                                             .display_errors = script.display_errors,
                                             .result_mode = result_mode(options),
                                             .sigint = current_.sigint});
  auto arm = ledger_->await({.request = request,
                             .deadline = whole ? deadline_of_turn_ : never,
                             .timeout = current_.timeout,
                             .sigint = current_.sigint});
  if (arm)
    events_.arm(*arm);
  // Looks up the promise's constructor, which may be the script's own and throw.
  v8::TryCatch caught{isolate};
  if (!promise->Then(context, settled[0], settled[1]).IsEmpty())
    return {};
  abandon(request);
  if (!caught.HasCaught() || caught.HasTerminated())
    return error{.code = errc::evaluation_lost, .message = "the promise cannot be waited for"};
  return capture_error(here, context, caught, errc::uncaught_exception, script.display_errors);
}

void environment::on_settled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto number = info.Data().As<v8::Number>()->Value();
  auto& self = of(info.GetIsolate());
  isolate_scope here{self.isolate_};
  self.settle(here, here.v8()->GetCurrentContext(),
              static_cast<request_id>(number < 0 ? -number : number), number > 0, info[0]);
}

void environment::settle(isolate_scope& here, v8::Local<v8::Context> context, request_id request,
                         bool fulfilled, v8::Local<v8::Value> outcome) {
  auto found = waiting_.find(request);
  if (found == waiting_.end())
    return;
  auto [discard_result, display_errors, mode, sigint] = std::move(found->second);
  result<value> answer{value{}};
  if (!fulfilled)
    answer = capture_error(here, context, outcome, errc::uncaught_exception, display_errors);
  else if (!discard_result)
    answer = take(here, context, outcome, display_errors, mode);
  // Reading the value may have run script that was stopped: then after_turn
  // answers.
  if (here.v8()->IsExecutionTerminating() || waiting_.erase(request) == 0)
    return;
  if (!ledger_->settle(request))
    return;
  if (auto thrown = call_host([&] { answer_and_release(request, sigint, std::move(answer)); }))
    events_.uncaught(*std::move(thrown));
}

void environment::abandon(request_id request) {
  ledger_->settle(request);
  waiting_.erase(request);
  if (timers_)
    timers_->cancel_of(request);
}

void environment::fail_waiting(const error& why) {
  auto open = std::move(waiting_);
  waiting_.clear();
  for (auto& [request, unused] : open)
    if (ledger_->settle(request))
      events_.answer(request, why);
}

// -- globals --------------------------------------------------------------------------

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
    answer = stopped_error(*stopped, turn_timeout_);
  events_.answer(request, std::move(answer));
}

namespace {

/// What a failed V8 call stands for until the pending exception replaces it.
error pending_exception() {
  return {.code = errc::uncaught_exception, .message = "a script exception is pending"};
}

} // namespace

void environment::get_global(request_id request, const std::string& key) {
  answer_in_turn(request,
                 [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
                   v8::Local<v8::String> name;
                   v8::Local<v8::Value> item;
                   if (!to_v8_string(here.v8(), key).ToLocal(&name)
                       || !context->Global()->Get(context, name).ToLocal(&item))
                     return pending_exception();
                   return clone_out(here, context, item);
                 });
}

void environment::set_global(request_id request, const std::string& key, const value& item) {
  answer_in_turn(
    request, [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
      v8::Local<v8::String> name;
      if (!to_v8_string(here.v8(), key).ToLocal(&name))
        return pending_exception();
      auto made = clone_in_or_why(here, context, item);
      if (!made)
        return std::move(made).error();
      bool assigned = false;
      if (!assign_global(context, name, *made).To(&assigned))
        return pending_exception();
      if (!assigned)
        return error{.code = errc::invalid_argument,
                     .message = fmt::format("the global '{}' cannot be set: it is read-only, has "
                                            "no setter, or the global object takes no more "
                                            "properties",
                                            key)};
      return value{};
    });
}

/// Like an assignment in strict mode, which tells when it fails; the method of
/// v8::Object does not.
v8::Maybe<bool> environment::assign_global(v8::Local<v8::Context> context,
                                           v8::Local<v8::String> key, v8::Local<v8::Value> item) {
  v8::Local<v8::Value> arguments[]{context->Global(), key, item};
  v8::Local<v8::Value> assigned;
  auto* isolate = isolate_.v8();
  if (!reflect_set_.Get(isolate)
         ->Call(context, v8::Undefined(isolate), 3, arguments)
         .ToLocal(&assigned))
    return v8::Nothing<bool>();
  return v8::Just(assigned->IsTrue());
}

void environment::has_global(request_id request, const std::string& key) {
  answer_in_turn(request,
                 [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
                   v8::Local<v8::String> name;
                   bool has = false;
                   if (!to_v8_string(here.v8(), key).ToLocal(&name)
                       || !context->Global()->Has(context, name).To(&has))
                     return pending_exception();
                   return value{has};
                 });
}

void environment::delete_global(request_id request, const std::string& key) {
  answer_in_turn(request,
                 [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
                   v8::Local<v8::String> name;
                   bool deleted = false;
                   if (!to_v8_string(here.v8(), key).ToLocal(&name)
                       || !context->Global()->Delete(context, name).To(&deleted))
                     return pending_exception();
                   return value{deleted};
                 });
}

void environment::global_keys(request_id request) {
  answer_in_turn(
    request, [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
      v8::Local<v8::Array> keys;
      if (!context->Global()
             ->GetPropertyNames(
               context, v8::KeyCollectionMode::kOwnOnly,
               static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS),
               v8::IndexFilter::kIncludeIndices, v8::KeyConversionMode::kConvertToString)
             .ToLocal(&keys))
        return pending_exception();
      return clone_out(here, context, keys);
    });
}

// -- the loop -------------------------------------------------------------------------

bool environment::poll() {
  auto& tasks = isolate_.tasks();
  bool ran = false;
  if (tasks.pending()) {
    // V8's tasks may run script (finalisation callbacks), so this is a turn.
    in_turn({}, [&](isolate_scope&, v8::Local<v8::Context>) { ran = tasks.run_due(); });
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
  return (!timers_ || timers_->empty()) && !isolate_.tasks().pending()
         && !isolate_.v8()->HasPendingBackgroundTasks();
}

} // namespace troupe::js
