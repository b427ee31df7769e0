#include "runtime/script_process.hpp"

#include "runtime/builtin_bindings.hpp"
#include "runtime/engine.hpp"
#include "runtime/environment.hpp"
#include "runtime/error_capture.hpp"
#include "runtime/exception.hpp"
#include "runtime/node_vm/error_decoration.hpp"
#include "runtime/structured_clone.hpp"

#include <sys/resource.h>
#include <uv.h>
#include <v8-array-buffer.h>
#include <v8-container.h>
#include <v8-external.h>
#include <v8-statistics.h>
#include <v8-typed-array.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

namespace troupe::js {

namespace {

constexpr auto architecture =
#if defined(__x86_64__)
  "x64";
#elif defined(__aarch64__)
  "arm64";
#else
  "unknown";
#endif

v8::Local<v8::String> text(v8::Isolate* isolate, std::string_view utf8) {
  v8::Local<v8::String> made;
  return to_v8_string(isolate, utf8).ToLocal(&made) ? made : v8::String::Empty(isolate);
}

v8::Local<v8::Array> list(v8::Isolate* isolate, const std::vector<std::string>& from) {
  std::vector<v8::Local<v8::Value>> items;
  for (const auto& each : from)
    items.push_back(text(isolate, each));
  return v8::Array::New(isolate, items.data(), items.size());
}

v8::Local<v8::Array> numbers(v8::Isolate* isolate, std::initializer_list<double> from) {
  std::vector<v8::Local<v8::Value>> items;
  for (auto each : from)
    items.push_back(v8::Number::New(isolate, each));
  return v8::Array::New(isolate, items.data(), items.size());
}

} // namespace

script_process::script_process(environment& owner, std::shared_ptr<const process_options> options,
                               event_loop& loop)
  : owner_(owner),
    options_(options ? std::move(options) : std::make_shared<const process_options>()),
    signals_(std::make_shared<loop_inbox<int>>(loop.waker())),
    input_(owner, loop, options_->in_descriptor) {
}

script_process::~script_process() {
  signals_->close();
  for (auto each : watched_)
    options_->watch_signal(each, {});
}

void script_process::fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                                  v8::Local<v8::Object> to) {
  auto self = v8::External::New(here.v8(), this);
  add_function(context, to, "facts", &facts, self);
  add_function(context, to, "setHooks", &set_hooks, self);
  add_function(context, to, "tickScheduled", &tick_scheduled, self);
  add_function(context, to, "write", &write, self);
  add_function(context, to, "exit", &exit, self);
  add_function(context, to, "report", &report, self);
  add_function(context, to, "guard", &guard, self);
  add_function(context, to, "hrtime", &hrtime, self);
  add_function(context, to, "uptime", &uptime, self);
  add_function(context, to, "memoryUsage", &memory_usage, self);
  add_function(context, to, "cpuUsage", &cpu_usage, self);
  add_function(context, to, "watchSignal", &watch_signal, self);
  add_function(context, to, "kill", &kill, self);
  add_function(context, to, "describe", &describe, self);
  add_function(context, to, "collectGarbage", &collect_garbage, self);
  add_function(context, to, "runMicrotasks", &run_microtasks, self);
  input_.fill_binding(here, context, to);
}

// -- hooks of the script ------------------------------------------------------------------

v8::MaybeLocal<v8::Value> script_process::tell(isolate_scope& here,
                                               v8::Local<v8::Context> context, hook which,
                                               std::initializer_list<v8::Local<v8::Value>> with) {
  if (!hooks_.has(which))
    return v8::False(here.v8());
  return hooks_.call(context, which, with);
}

void script_process::run_ticks(isolate_scope& here, v8::Local<v8::Context> context) {
  while (has_ticks_ && !owner_.ledger()->stopping()) {
    has_ticks_ = false;
    v8::HandleScope handles{here.v8()};
    v8::TryCatch caught{here.v8()};
    if (!tell(here, context, hook::ticks, {}).IsEmpty())
      return;
    if (!caught.HasCaught() || caught.HasTerminated())
      return;
    has_ticks_ = true; // those behind the one that threw
    owner_.uncaught(here, context, caught.Exception(), caught.Message());
  }
}

/// Lets the script deal with an error. What it throws itself is the end.
bool script_process::deal_with(isolate_scope& here, v8::Local<v8::Context> context, hook which,
                               v8::Local<v8::Value> first, v8::Local<v8::Value> second,
                               v8::Local<v8::Message> message) {
  auto* isolate = here.v8();
  auto arrow = [&](v8::Local<v8::Message> of,
                   v8::Local<v8::Value> error) -> v8::Local<v8::Value> {
    v8::TryCatch quiet{isolate};
    v8::Local<v8::String> line;
    if (of.IsEmpty() || node_vm::error_decorator{isolate}.has_decorated(context, error)
        || !of->GetSourceLine(context).ToLocal(&line) || line->Length() == 0)
      return v8::Undefined(isolate);
    // Above what is no error a blank line stands in front, else behind.
    auto shown = arrow_of(here, context, of);
    bool is_behind =
      error->IsNativeError() || node_vm::error_decorator{isolate}.is_known(context, error);
    return text(isolate, is_behind ? shown + "\n" : "\n" + shown);
  };
  v8::TryCatch caught{isolate};
  v8::Local<v8::Value> outcome;
  if (tell(here, context, which,
           {first, second, arrow(message, which == hook::rejected ? second : first)})
        .ToLocal(&outcome))
    return outcome->IsTrue();
  if (!caught.HasCaught() || caught.HasTerminated())
    return true;
  auto thrown = caught.Exception();
  auto where = caught.Message();
  caught.Reset();
  if (which != hook::uncaught) {
    // What the listener has thrown takes the place of what it was told.
    owner_.uncaught(here, context, thrown, where);
    return true;
  }
  auto place = arrow(where, thrown);
  // Without a way to end, it is reported as any other.
  return tell(here, context, hook::uncaught,
              {thrown, v8::Undefined(isolate), place, v8::True(isolate)})
           .ToLocal(&outcome)
         && outcome->IsTrue();
}

bool script_process::uncaught(isolate_scope& here, v8::Local<v8::Context> context,
                              v8::Local<v8::Value> thrown, v8::Local<v8::Message> message) {
  return deal_with(here, context, hook::uncaught, thrown, text(here.v8(), "uncaughtException"),
                   node_vm::origin_of(here.v8(), thrown, message));
}

bool script_process::rejected(isolate_scope& here, v8::Local<v8::Context> context,
                              v8::Local<v8::Promise> promise, v8::Local<v8::Value> reason) {
  return deal_with(here, context, hook::rejected, promise, reason,
                   reason->IsNativeError() ? v8::Exception::CreateMessage(here.v8(), reason)
                                           : v8::Local<v8::Message>{});
}

void script_process::handled_late(isolate_scope& here, v8::Local<v8::Promise> promise) {
  auto context = here.v8()->GetCurrentContext();
  v8::TryCatch caught{here.v8()};
  if (tell(here, context, hook::handled, {promise}).IsEmpty() && caught.HasCaught()
      && !caught.HasTerminated())
    owner_.uncaught(here, context, caught.Exception(), caught.Message());
}

bool script_process::deliver() {
  bool had_input = input_.settle();
  auto arrived = signals_->take();
  for (auto number : arrived)
    owner_.run_callback([&](isolate_scope& here, v8::Local<v8::Context> context) {
      v8::TryCatch caught{here.v8()};
      if (tell(here, context, hook::signal, {v8::Integer::New(here.v8(), number)}).IsEmpty()
          && caught.HasCaught() && !caught.HasTerminated())
        owner_.uncaught(here, context, caught.Exception(), caught.Message());
    });
  return !arrived.empty() || had_input;
}

void script_process::tell_idle() {
  if (!hooks_.has(hook::idle))
    return;
  owner_.run_callback([&](isolate_scope& here, v8::Local<v8::Context> context) {
    v8::TryCatch caught{here.v8()};
    if (tell(here, context, hook::idle, {}).IsEmpty() && caught.HasCaught()
        && !caught.HasTerminated())
      owner_.uncaught(here, context, caught.Exception(), caught.Message());
  });
}

// -- what the script calls -----------------------------------------------------------------

script_process& script_process::self_of(const call& info) {
  return *static_cast<script_process*>(info.Data().As<v8::External>()->Value());
}

/// facts(): what does not change.
void script_process::facts(const call& info) {
  auto* isolate = info.GetIsolate();
  auto context = isolate->GetCurrentContext();
  const auto& from = *self_of(info).options_;
  auto made = v8::Object::New(isolate, v8::Null(isolate), nullptr, nullptr, 0);
  auto set = [&](const char* key, v8::Local<v8::Value> item) {
    made->CreateDataProperty(context, text(isolate, key), item).FromMaybe(false);
  };
  std::vector<std::string> env;
  for (const auto& [key, item] : from.env) {
    env.push_back(key);
    env.push_back(item);
  }
  auto stream = [&](const process_stream& which) {
    return numbers(isolate, {which.is_terminal ? 1.0 : 0.0, static_cast<double>(which.columns),
                             static_cast<double>(which.rows)});
  };
  set("argv", list(isolate, from.argv));
  set("execArgv", list(isolate, from.exec_argv));
  set("execPath", text(isolate, from.exec_path));
  set("env", list(isolate, env));
  set("cwd", text(isolate, from.cwd));
  set("title", text(isolate, from.title));
  set("pid", v8::Integer::New(isolate, from.pid));
  set("ppid", v8::Integer::New(isolate, from.ppid));
  set("stdout", stream(from.out));
  set("stderr", stream(from.err));
  set("stdin", stream(from.in));
  set("arch", text(isolate, architecture));
  set("v8", text(isolate, engine::version()));
  set("uv", text(isolate, uv_version_string()));
  set("troupe", text(isolate, TROUPE_VERSION));
  set("canExit", v8::Boolean::New(isolate, static_cast<bool>(from.exit)));
  info.GetReturnValue().Set(made);
}

/// setHooks([function, ...]) in the order of `hook`.
void script_process::set_hooks(const call& info) {
  self_of(info).hooks_.set(info.GetIsolate()->GetCurrentContext(), info[0].As<v8::Array>());
}

void script_process::tick_scheduled(const call& info) {
  self_of(info).has_ticks_ = true;
}

/// write(is it an error?, text or bytes)
void script_process::write(const call& info) {
  auto& self = self_of(info);
  auto* isolate = info.GetIsolate();
  auto to = info[0]->IsTrue() ? console_line::stream::err : console_line::stream::out;
  std::string content;
  if (info[1]->IsArrayBufferView()) {
    auto view = info[1].As<v8::ArrayBufferView>();
    content.resize(view->ByteLength());
    view->CopyContents(content.data(), content.size());
  } else if (info[1]->IsString()) {
    content = to_utf8(isolate, info[1].As<v8::String>());
  }
  if (!self.owner_.write_output(to, content, self.options_->write))
    throw_stopped(isolate);
}

/// exit(status): may not return.
void script_process::exit(const call& info) {
  auto& self = self_of(info);
  auto* isolate = info.GetIsolate();
  auto status = info[0]->IsInt32() ? info[0].As<v8::Int32>()->Value() : 0;
  self.owner_.exit(status, self.options_->exit);
  throw_stopped(isolate);
}

/// report(error[, amend]): as if the script had thrown it and nobody had caught it. `amend` may
/// read and change it: V8 forgets the place of an error whose stack has been read.
void script_process::report(const call& info) {
  auto& owner = self_of(info).owner_;
  isolate_scope here{isolate::of(info.GetIsolate())};
  auto context = here.v8()->GetCurrentContext();
  v8::Local<v8::Message> message;
  if (info[0]->IsNativeError())
    message = v8::Exception::CreateMessage(here.v8(), info[0]);
  if (info[1]->IsFunction()
      && info[1]
           .As<v8::Function>()
           ->Call(context, v8::Undefined(here.v8()), 0, nullptr)
           .IsEmpty())
    return;
  owner.uncaught(here, context, info[0], message);
}

/// guard(function): calls it; what it throws, nobody has caught.
void script_process::guard(const call& info) {
  auto& owner = self_of(info).owner_;
  isolate_scope here{isolate::of(info.GetIsolate())};
  auto context = here.v8()->GetCurrentContext();
  v8::TryCatch caught{here.v8()};
  if (!info[0].As<v8::Function>()->Call(context, v8::Undefined(here.v8()), 0, nullptr).IsEmpty()
      || !caught.HasCaught())
    return;
  if (caught.HasTerminated())
    caught.ReThrow();
  else
    owner.uncaught(here, context, caught.Exception(), caught.Message());
}

void script_process::hrtime(const call& info) {
  info.GetReturnValue().Set(v8::BigInt::NewFromUnsigned(info.GetIsolate(), uv_hrtime()));
}

void script_process::uptime(const call& info) {
  info.GetReturnValue().Set(
    std::chrono::duration<double>(std::chrono::steady_clock::now() - self_of(info).begun_)
      .count());
}

/// [resident set of the process, heapTotal, heapUsed, external, arrayBuffers]
void script_process::memory_usage(const call& info) {
  auto* isolate = info.GetIsolate();
  auto& owner = self_of(info).owner_;
  v8::HeapStatistics heap;
  isolate->GetHeapStatistics(&heap);
  std::size_t resident = 0;
  uv_resident_set_memory(&resident);
  info.GetReturnValue().Set(
    numbers(isolate, {static_cast<double>(resident), static_cast<double>(heap.total_heap_size()),
                      static_cast<double>(heap.used_heap_size()),
                      static_cast<double>(heap.external_memory()),
                      static_cast<double>(owner.owner().array_buffer_bytes())}));
}

/// [user, system] in microseconds, of the isolate's thread.
void script_process::cpu_usage(const call& info) {
  rusage used{};
  getrusage(RUSAGE_THREAD, &used);
  auto microseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  info.GetReturnValue().Set(
    numbers(info.GetIsolate(), {microseconds(used.ru_utime), microseconds(used.ru_stime)}));
}

/// watchSignal(number, on?): can it?
void script_process::watch_signal(const call& info) {
  auto& self = self_of(info);
  auto number = info[0].As<v8::Int32>()->Value();
  bool on = info[1]->IsTrue();
  const auto& watch = self.options_->watch_signal;
  bool done = false;
  if (watch && on)
    done = watch(number, [inbox = self.signals_, number] { inbox->post(number); });
  else if (watch && self.watched_.contains(number))
    done = watch(number, {});
  if (done && on)
    self.watched_.insert(number);
  else if (done)
    self.watched_.erase(number);
  info.GetReturnValue().Set(done);
}

/// kill(pid, signal): 0 or an errno.
void script_process::kill(const call& info) {
  const auto& host = self_of(info).options_->kill;
  info.GetReturnValue().Set(
    host ? host(info[0].As<v8::Int32>()->Value(), info[1].As<v8::Int32>()->Value()) : EPERM);
}

/// describe(value): a short text, without running code of the script.
void script_process::describe(const call& info) {
  v8::Local<v8::String> made;
  if (info[0]->ToDetailString(info.GetIsolate()->GetCurrentContext()).ToLocal(&made))
    info.GetReturnValue().Set(made);
}

void script_process::run_microtasks(const call& info) {
  isolate_scope here{isolate::of(info.GetIsolate())};
  self_of(info).owner_.run_microtasks(here);
}

void script_process::collect_garbage(const call& info) {
  info.GetIsolate()->LowMemoryNotification();
}

} // namespace troupe::js
