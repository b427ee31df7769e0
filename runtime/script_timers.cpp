#include "runtime/script_timers.hpp"

#include "runtime/builtin_bindings.hpp"
#include "runtime/environment.hpp"
#include "runtime/error_capture.hpp"
#include "runtime/exception.hpp"

#include <v8-container.h>
#include <v8-external.h>
#include <v8-function.h>

#include <algorithm>
#include <cmath>

namespace troupe::js {

namespace {

// Timers live outside V8's heap, so its limit does not stop a script that sets
// them without end.
constexpr std::size_t timers_max = 100'000;

// https://html.spec.whatwg.org/#timer-initialisation-steps reads the delay as a
// 32-bit integer; Node makes 1 ms of what is out of range.
std::chrono::milliseconds delay_from(double milliseconds) {
  if (!(milliseconds >= 1 && milliseconds <= 2147483647.0))
    return std::chrono::milliseconds{1};
  return std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)};
}

bool read_all(v8::Local<v8::Context> context, v8::Local<v8::Array> from,
              std::vector<v8::Local<v8::Value>>& to) {
  v8::Local<v8::Value> item;
  for (std::uint32_t i = 0; i < from->Length(); ++i) {
    if (!from->Get(context, i).ToLocal(&item))
      return false;
    to.push_back(item);
  }
  return true;
}

} // namespace

script_timers::script_timers(environment& owner, event_loop& loop) : owner_(owner), loop_(loop) {
}

script_timers::~script_timers() {
  clear();
}

void script_timers::clear() {
  for (auto& [id, pending] : timers_)
    loop_.cancel_timer(pending.handle);
  timers_.clear();
  unrefed_ = 0;
}

void script_timers::forget(entries::iterator which) {
  if (!which->second.refed)
    --unrefed_;
  timers_.erase(which);
}

void script_timers::install(isolate_scope& here, v8::Local<v8::Context> context) {
  auto* isolate = here.v8();
  auto self = v8::External::New(isolate, this);
  auto add = [&](const char* name, v8::FunctionCallback callback, int length) {
    auto key = v8::String::NewFromUtf8(isolate, name).ToLocalChecked();
    v8::Local<v8::Function> function;
    if (!v8::Function::New(context, callback, self, length, v8::ConstructorBehavior::kThrow)
           .ToLocal(&function))
      return;
    function->SetName(key);
    context->Global()->DefineOwnProperty(context, key, function, v8::DontEnum).Check();
  };
  add("setTimeout", &set_timeout, 2);
  add("setInterval", &set_interval, 2);
  add("clearTimeout", &clear_one, 1);
  add("clearInterval", &clear_one, 1);
}

void script_timers::fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                                 v8::Local<v8::Object> to) {
  auto self = v8::External::New(here.v8(), this);
  add_function(context, to, "start", &start_one, self);
  add_function(context, to, "cancel", &clear_one, self);
  add_function(context, to, "setRef", &set_ref, self);
}

void script_timers::cancel_of(request_id request) {
  for (auto it = timers_.begin(); it != timers_.end();) {
    auto here = it++;
    if (here->second.limits.request != request)
      continue;
    loop_.cancel_timer(here->second.handle);
    forget(here);
  }
}

std::uint64_t script_timers::start(v8::Isolate* isolate, v8::Local<v8::Function> callback,
                                   std::chrono::milliseconds delay, bool repeats) {
  if (owner_.ledger_->stopping()) { // leaves a built-in that calls this for ever
    throw_stopped(isolate);
    return 0;
  }
  if (timers_.size() >= timers_max) {
    isolate->ThrowException(
      v8::Exception::RangeError(v8::String::NewFromUtf8Literal(isolate, "Too many timers")));
    return 0;
  }
  auto id = ++last_id_;
  timer made;
  made.repeats = repeats;
  made.limits = owner_.limits_of_turn();
  made.callback.Reset(isolate, callback);
  if (delay.count() == 0)
    made.handle = loop_.start_immediate([this, id] { fire(id); });
  else
    made.handle = loop_.start_timer(delay, repeats ? delay : std::chrono::milliseconds{0},
                                    [this, id] { fire(id); });
  timers_.emplace(id, std::move(made));
  return id;
}

void script_timers::set(const v8::FunctionCallbackInfo<v8::Value>& info, bool repeats) {
  auto* isolate = info.GetIsolate();
  auto context = isolate->GetCurrentContext();
  if (info.Length() == 0 || !info[0]->IsFunction()) {
    isolate->ThrowException(v8::Exception::TypeError(v8::String::NewFromUtf8Literal(
      isolate, "The \"callback\" argument must be of type function.")));
    return;
  }
  double milliseconds = 0;
  if (info.Length() > 1 && !info[1]->NumberValue(context).To(&milliseconds))
    return;
  std::vector<v8::Local<v8::Value>> arguments;
  for (int i = 2; i < info.Length(); ++i)
    arguments.push_back(info[i]);
  auto id = start(isolate, info[0].As<v8::Function>(), delay_from(milliseconds), repeats);
  if (id == 0)
    return;
  if (!arguments.empty())
    timers_.at(id).arguments.Reset(isolate,
                                   v8::Array::New(isolate, arguments.data(), arguments.size()));
  info.GetReturnValue().Set(static_cast<double>(id));
}

void script_timers::fire(std::uint64_t id) {
  auto found = timers_.find(id);
  if (found == timers_.end())
    return;
  auto spec = found->second.limits;
  auto call = [&](isolate_scope& here, v8::Local<v8::Context> context) {
    auto& due = found->second;
    auto callback = due.callback.Get(here.v8());
    std::vector<v8::Local<v8::Value>> arguments;
    if (!due.arguments.IsEmpty() && !read_all(context, due.arguments.Get(here.v8()), arguments))
      return;
    if (!due.repeats)
      forget(found);
    v8::TryCatch caught{here.v8()};
    if (callback
          ->Call(context, context->Global(), static_cast<int>(arguments.size()), arguments.data())
          .IsEmpty()
        && caught.HasCaught() && !caught.HasTerminated() && !owner_.ledger_->stopping())
      owner_.uncaught(here, context, caught.Exception(), caught.Message());
  };
  if (!owner_.callback_turn(spec, call))
    return;
  if (auto left = timers_.find(id); left != timers_.end()) {
    loop_.cancel_timer(left->second.handle); // an interval would only be stopped again
    forget(left);
  }
}

void script_timers::set_timeout(const v8::FunctionCallbackInfo<v8::Value>& info) {
  static_cast<script_timers*>(info.Data().As<v8::External>()->Value())->set(info, false);
}

void script_timers::set_interval(const v8::FunctionCallbackInfo<v8::Value>& info) {
  static_cast<script_timers*>(info.Data().As<v8::External>()->Value())->set(info, true);
}

script_timers::entries::iterator script_timers::find(v8::Local<v8::Value> number) {
  double id = 0;
  if (!number->NumberValue(v8::Isolate::GetCurrent()->GetCurrentContext()).To(&id))
    return timers_.end();
  return id >= 1 && id <= static_cast<double>(last_id_)
           ? timers_.find(static_cast<std::uint64_t>(id))
           : timers_.end();
}

void script_timers::clear_one(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& self = *static_cast<script_timers*>(info.Data().As<v8::External>()->Value());
  auto found = self.find(info[0]);
  if (found == self.timers_.end())
    return;
  self.loop_.cancel_timer(found->second.handle);
  self.forget(found);
}

void script_timers::start_one(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& self = *static_cast<script_timers*>(info.Data().As<v8::External>()->Value());
  std::chrono::milliseconds delay{static_cast<std::int64_t>(info[1].As<v8::Number>()->Value())};
  auto id = self.start(info.GetIsolate(), info[0].As<v8::Function>(), delay, info[2]->IsTrue());
  if (id != 0)
    info.GetReturnValue().Set(static_cast<double>(id));
}

void script_timers::set_ref(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& self = *static_cast<script_timers*>(info.Data().As<v8::External>()->Value());
  auto found = self.find(info[0]);
  bool refed = info[1]->IsTrue();
  if (found == self.timers_.end() || found->second.refed == refed)
    return;
  found->second.refed = refed;
  if (refed)
    --self.unrefed_;
  else
    ++self.unrefed_;
}

} // namespace troupe::js
