#include "runtime/rejection_log.hpp"

#include "runtime/error_capture.hpp"

#include <fmt/format.h>
#include <v8-exception.h>
#include <v8-primitive.h>

#include <tuple>
#include <utility>

namespace troupe::js {

namespace {

// A script can reject millions of promises in a turn; the first ones tell the
// story, the rest are counted.
constexpr std::size_t kept_max = 64;

// Of those that are kept outside of V8's heap.
constexpr std::size_t aside_max = 10'000;

v8::Local<v8::Map> made(v8::Isolate* isolate, v8::Global<v8::Map>& list) {
  if (list.IsEmpty())
    list.Reset(isolate, v8::Map::New(isolate));
  return list.Get(isolate);
}

/// Keys and values by turns; the list is empty after that.
v8::Local<v8::Array> taken(v8::Isolate* isolate, v8::Global<v8::Map>& list) {
  auto entries = list.IsEmpty() ? v8::Array::New(isolate) : list.Get(isolate)->AsArray();
  list.Reset();
  return entries;
}

} // namespace

void rejection_log::record(isolate_scope& here, v8::Local<v8::Context> context,
                           const v8::PromiseRejectMessage& message, std::uint64_t run) {
  // What goes wrong here must not be thrown where the promise was rejected.
  v8::TryCatch caught{here.v8()};
  enter(here, context, message, run);
  if (caught.HasTerminated())
    caught.ReThrow();
}

void rejection_log::enter(isolate_scope& here, v8::Local<v8::Context> context,
                          const v8::PromiseRejectMessage& message, std::uint64_t run) {
  auto* isolate = here.v8();
  auto promise = message.GetPromise();
  switch (message.GetEvent()) {
    case v8::kPromiseRejectWithNoHandler:
      if ((keeps_all_ || open_.IsEmpty() || open_.Get(isolate)->Size() < kept_max)
          && !made(isolate, open_)
                ->Set(context, promise, v8::Number::New(isolate, static_cast<double>(run)))
                .IsEmpty())
        return;
      // At the end of the stack, or when it is being stopped, V8 adds to no Map.
      if (keeps_all_ && aside_.size() < aside_max) {
        aside_.push_back({v8::Global<v8::Promise>{isolate, promise}, run});
        return;
      }
      ++dropped_;
      dropped_run_ = run;
      return;
    case v8::kPromiseHandlerAddedAfterReject:
      // One that is not among those kept is one of those only counted.
      if (remove(context, promise))
        return;
      if (dropped_ != 0)
        --dropped_;
      else if (keeps_all_)
        std::ignore = made(isolate, late_)->Set(context, promise, promise);
      return;
    default:
      return;
  }
}

bool rejection_log::remove(v8::Local<v8::Context> context, v8::Local<v8::Promise> promise) {
  if (std::erase_if(aside_, [&](const auto& each) { return each.promise == promise; }) != 0)
    return true;
  if (open_.IsEmpty())
    return false;
  auto open = open_.Get(context->GetIsolate());
  if (!open->Delete(context, promise).FromMaybe(false))
    return false;
  if (open->Size() == 0)
    open_.Reset();
  return true;
}

void rejection_log::forget(v8::Local<v8::Context> context, v8::Local<v8::Promise> promise) {
  std::ignore = remove(context, promise);
}

void rejection_log::flush(isolate_scope& here, v8::Local<v8::Context> context,
                          const listener& to) {
  auto* isolate = here.v8();
  auto late = taken(isolate, late_);
  auto open = taken(isolate, open_);
  auto aside = std::exchange(aside_, {});
  auto dropped = std::exchange(dropped_, 0);
  auto dropped_run = dropped_run_;
  auto item = [&](v8::Local<v8::Array> of, std::uint32_t index) {
    v8::Local<v8::Value> found;
    return of->Get(context, index).ToLocal(&found) ? found
                                                   : v8::Undefined(isolate).As<v8::Value>();
  };
  for (std::uint32_t i = 0; i < late->Length() && !isolate->IsExecutionTerminating(); i += 2) {
    v8::HandleScope handles{isolate};
    if (auto promise = item(late, i); promise->IsPromise())
      to.handled(promise.As<v8::Promise>());
  }
  auto tell = [&](v8::Local<v8::Promise> promise, std::uint64_t run) {
    auto reason = promise->Result();
    if (!to.deal(promise, reason))
      to.report(capture_error(here, context, reason, errc::uncaught_exception, true), run, 1);
  };
  for (std::uint32_t i = 0; i < open->Length() && !isolate->IsExecutionTerminating(); i += 2) {
    v8::HandleScope handles{isolate};
    auto promise = item(open, i);
    auto run = item(open, i + 1);
    if (promise->IsPromise())
      tell(promise.As<v8::Promise>(),
           run->IsNumber() ? static_cast<std::uint64_t>(run.As<v8::Number>()->Value()) : 0);
  }
  for (auto& each : aside) {
    if (isolate->IsExecutionTerminating())
      break;
    v8::HandleScope handles{isolate};
    tell(each.promise.Get(isolate), each.run);
  }
  if (dropped != 0)
    to.report(
      error{.code = errc::uncaught_exception,
            .message = fmt::format("{} more promises were rejected and not handled", dropped)},
      dropped_run, dropped);
}

void rejection_log::clear() {
  open_.Reset();
  late_.Reset();
  aside_.clear();
  dropped_ = 0;
}

} // namespace troupe::js
