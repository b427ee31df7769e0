#include "runtime/host_calls.hpp"

#include "runtime/environment.hpp"
#include "runtime/exception.hpp"
#include "runtime/structured_clone.hpp"
#include "runtime/value_graph.hpp"

#include <fmt/format.h>
#include <v8-external.h>
#include <v8-function.h>

#include <algorithm>
#include <array>
#include <span>

namespace troupe {

error detail::wrong_argument(std::string_view function, std::size_t index,
                             std::string_view wanted, const value& given) {
  return {.code = errc::invalid_argument,
          .message =
            fmt::format("{}{}argument {} must be of type {}; it is {}", function,
                        function.empty() ? "" : ": ", index + 1, wanted,
                        given.is(value_kind::reference) ? "object" : to_string(given.kind()))};
}

value detail::make_host_function(std::shared_ptr<const host_callable> from) {
  return make_leaf(value_kind::host_function, std::const_pointer_cast<host_callable>(from));
}

std::shared_ptr<const detail::host_callable> detail::read_host_function(const value& from) {
  if (!from.is(value_kind::host_function))
    return nullptr;
  return std::static_pointer_cast<const host_callable>(*value_access::slot(from).node->resource);
}

} // namespace troupe

namespace troupe::js {

namespace {

/// An argument as the host gets it: numbers and the like at once.
std::optional<value> plain_argument(v8::Local<v8::Value> from) {
  if (from->IsNumber())
    return detail::value_access::make(nullptr,
                                      detail::number_slot(from.As<v8::Number>()->Value()));
  if (from->IsUndefined())
    return value{};
  if (from->IsBoolean())
    return detail::make_boolean(from.As<v8::Boolean>()->Value());
  return std::nullopt;
}

} // namespace

/// Posts the first outcome to the context's loop.
class host_calls::reply final : public detail::host_reply {
public:
  reply(std::shared_ptr<loop_inbox<answer>> answers, call_id call)
    : answers_(std::move(answers)), call_(call) {
  }

  void settle(result<value> outcome) override {
    answers_->post({call_, std::move(outcome)}); // later ones find no call
  }

private:
  std::shared_ptr<loop_inbox<answer>> answers_;
  call_id call_;
};

host_calls::host_calls(environment& owner, std::shared_ptr<loop_waker> waker,
                       std::size_t pending_max)
  : owner_(owner), pending_max_(pending_max),
    answers_(std::make_shared<loop_inbox<answer>>(std::move(waker))) {
}

host_calls::~host_calls() {
  answers_->close();
  clear();
  for (auto* each : bindings_)
    delete each;
}

v8::MaybeLocal<v8::Function> host_calls::make_function(
  isolate_scope& here, v8::Local<v8::Context> context,
  std::shared_ptr<const detail::host_callable> callable) {
  bury();
  auto* isolate = here.v8();
  auto made = std::make_unique<binding>(binding{this, std::move(callable)});
  v8::Local<v8::Function> function;
  v8::Local<v8::String> name;
  if (!to_v8_string(isolate, made->callable->name()).ToLocal(&name)
      || !v8::Function::New(context, &host_calls::on_call, v8::External::New(isolate, made.get()),
                            static_cast<int>(made->callable->parameters()),
                            v8::ConstructorBehavior::kThrow)
            .ToLocal(&function))
    return {};
  function->SetName(name);
  auto* kept = made.release();
  bindings_.insert(kept);
  kept->function.Reset(isolate, function);
  // The callable's destructor is the host's: not while the collector works. V8's
  // second pass would come too late for a script that never ends.
  kept->function.SetWeak(
    kept,
    [](const v8::WeakCallbackInfo<binding>& info) {
      auto* dead = info.GetParameter();
      dead->function.Reset();
      dead->owner->dead_.push_back(dead);
    },
    v8::WeakCallbackType::kParameter);
  return function;
}

void host_calls::bury() {
  while (!dead_.empty()) {
    std::unique_ptr<binding> last{dead_.back()};
    dead_.pop_back();
    bindings_.erase(last.get());
  }
}

bool host_calls::is_nameless(v8::Local<v8::Function> function) {
  return function->GetName().As<v8::String>()->Length() == 0;
}

// -- calling --------------------------------------------------------------------------

void host_calls::on_call(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& what = *static_cast<binding*>(info.Data().As<v8::External>()->Value());
  what.owner->call(info, what);
}

void host_calls::call(const v8::FunctionCallbackInfo<v8::Value>& info, const binding& what) {
  auto* isolate = info.GetIsolate();
  if (owner_.ledger_->stopping()) {
    throw_stopped(isolate);
    return;
  }
  const auto& callable = *what.callable;
  if (callable.signature().plain && call_plain(info, callable))
    return;
  auto count = static_cast<std::size_t>(info.Length());
  std::array<value, 4> few;
  std::vector<value> many;
  if (count > few.size())
    many.resize(count);
  clone_budget spent;
  std::span<value> arguments{count > few.size() ? many.data() : few.data(), count};
  for (std::size_t i = 0; i < count; ++i) {
    auto from = info[static_cast<int>(i)];
    if (auto plain = plain_argument(from)) {
      arguments[i] = *std::move(plain);
      continue;
    }
    isolate_scope here{owner_.isolate_};
    if (callable.by_reference(i) && from->IsObject()) {
      arguments[i] = owner_.exchange_.leases().add(here, from.As<v8::Object>());
      continue;
    }
    auto context = isolate->GetCurrentContext();
    v8::TryCatch caught{isolate};
    auto copy = clone_out(here, context, from, clone_mode::copy, &spent);
    if (copy) {
      arguments[i] = *std::move(copy);
      continue;
    }
    if (!caught.HasCaught()) {
      auto why = std::move(copy).error();
      why.message = fmt::format("{}{}argument {}: {}", callable.name(),
                                callable.name().empty() ? "" : ": ", i + 1, why.message);
      isolate->ThrowException(make_exception(here, context, why));
    }
    caught.ReThrow();
    return;
  }
  if (callable.asynchronous() && pending_.size() >= pending_max_) {
    refuse(info);
    return;
  }
  detail::host_outcome outcome{value{}};
  if (auto thrown = owner_.call_host(
        [&] { outcome = callable.call({.context = owner_.texts_.context}, arguments); }))
    outcome.now = *std::move(thrown);
  if (outcome.later)
    promise(info, std::move(outcome.later));
  else
    give(info, outcome.now);
}

/// Numbers and booleans cross without a `value`. @returns false, having done
/// nothing, when the arguments are others than the signature wants.
bool host_calls::call_plain(const v8::FunctionCallbackInfo<v8::Value>& info,
                            const detail::host_callable& callable) {
  const auto& signature = callable.signature();
  auto count = callable.parameters();
  if (static_cast<std::size_t>(info.Length()) < count)
    return false;
  std::array<double, detail::plain_signature::parameters_max> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    auto from = info[static_cast<int>(i)];
    if ((signature.booleans >> i & 1) != 0) {
      if (!from->IsBoolean())
        return false;
      numbers[i] = from.As<v8::Boolean>()->Value() ? 1 : 0;
    } else {
      if (!from->IsNumber())
        return false;
      numbers[i] = from.As<v8::Number>()->Value();
    }
  }
  bool called = false;
  double outcome = 0;
  try {
    environment::host_section inside{*owner_.ledger_};
    called = callable.call_plain(numbers.data(), outcome);
  } catch (...) {
    give(info, troupe::detail::error_from_exception());
    return true;
  }
  if (called && signature.returned == detail::plain_signature::outcome::number)
    info.GetReturnValue().Set(outcome);
  else if (called && signature.returned == detail::plain_signature::outcome::boolean)
    info.GetReturnValue().Set(outcome != 0);
  return called;
}

void host_calls::give(const v8::FunctionCallbackInfo<v8::Value>& info,
                      const result<value>& outcome) {
  if (outcome && outcome->is(value_kind::number)) {
    info.GetReturnValue().Set(detail::value_access::slot(*outcome).number);
    return;
  }
  if (outcome && outcome->is_undefined())
    return;
  isolate_scope here{owner_.isolate_};
  auto context = here.v8()->GetCurrentContext();
  v8::Local<v8::Value> made;
  if (!outcome)
    here.v8()->ThrowException(make_exception(here, context, outcome.error()));
  else if (clone_in(here, context, *outcome).ToLocal(&made))
    info.GetReturnValue().Set(made);
}

// -- answers that come later ----------------------------------------------------------

void host_calls::refuse(const v8::FunctionCallbackInfo<v8::Value>& info) {
  isolate_scope here{owner_.isolate_};
  auto context = here.v8()->GetCurrentContext();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver))
    return;
  auto why = make_exception(
    here, context,
    {.code = errc::too_many_host_calls,
     .message = fmt::format("{} host functions have not answered yet", pending_.size())});
  if (resolver->Reject(context, why).FromMaybe(false))
    info.GetReturnValue().Set(resolver->GetPromise());
}

void host_calls::promise(const v8::FunctionCallbackInfo<v8::Value>& info,
                         std::unique_ptr<detail::pending_work> work) {
  isolate_scope here{owner_.isolate_};
  auto context = here.v8()->GetCurrentContext();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver))
    return;
  auto id = ++last_call_;
  auto& kept =
    pending_
      .emplace(id, pending_call{{here.v8(), resolver}, std::move(work), owner_.limits_of_turn()})
      .first->second;
  info.GetReturnValue().Set(resolver->GetPromise());
  auto thrown =
    owner_.call_host([&] { kept.work->start(std::make_shared<reply>(answers_, id)); });
  if (thrown)
    answers_->post({id, *std::move(thrown)});
}

bool host_calls::settle_answered() {
  bury();
  auto arrived = answers_->take();
  std::span<answer> rest{arrived};
  while (!rest.empty()) {
    auto first = pending_.find(rest.front().call);
    if (first == pending_.end()) {
      rest = rest.subspan(1);
      continue;
    }
    auto request = first->second.limits.request;
    // One turn for all that belong to one request and come together.
    auto settle_some = [&](isolate_scope& here, v8::Local<v8::Context> context) {
      while (!rest.empty() && !owner_.ledger_->stopping()) {
        auto found = pending_.find(rest.front().call);
        if (found != pending_.end()) {
          if (found->second.limits.request != request)
            return;
          auto call = std::move(found->second);
          pending_.erase(found);
          settle(here, context, std::move(call), rest.front().outcome);
        }
        rest = rest.subspan(1);
      }
    };
    auto before = rest.size();
    auto stopped = owner_.callback_turn(first->second.limits, settle_some);
    if (rest.size() < before)
      continue;
    if (stopped == stop_reason::close)
      break;
    // The turn was refused, or stopped at once: the request is over. Others are not.
    pending_.erase(rest.front().call);
    rest = rest.subspan(1);
  }
  return !arrived.empty();
}

void host_calls::settle(isolate_scope& here, v8::Local<v8::Context> context, pending_call call,
                        const result<value>& outcome) {
  v8::HandleScope handles{here.v8()};
  v8::TryCatch caught{here.v8()};
  auto resolver = call.resolver.Get(here.v8());
  v8::Local<v8::Value> made;
  if (outcome && clone_in(here, context, *outcome).ToLocal(&made)) {
    resolver->Resolve(context, made).FromMaybe(false);
    return;
  }
  if (outcome && !caught.HasCaught())
    return; // out of memory: the turn is being stopped
  made = outcome ? caught.Exception() : make_exception(here, context, outcome.error());
  if (!caught.HasTerminated())
    resolver->Reject(context, made).FromMaybe(false);
}

void host_calls::clear() {
  for (auto& [id, call] : std::exchange(pending_, {}))
    owner_.call_host([&work = call.work] { work->cancel(); });
}

void host_calls::cancel_of(request_id request) {
  std::vector<std::unique_ptr<detail::pending_work>> stopped;
  for (auto at = pending_.begin(); at != pending_.end();) {
    auto here = at++;
    if (here->second.limits.request != request)
      continue;
    stopped.push_back(std::move(here->second.work));
    pending_.erase(here);
  }
  for (auto& work : stopped)
    owner_.call_host([&] { work->cancel(); });
}

} // namespace troupe::js
