#include "runtime/rejection_log.hpp"

#include "runtime/error_capture.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::js {

namespace {

// A script can reject millions of promises in a turn; the first ones tell the
// story, the rest are counted.
constexpr std::size_t kept_max = 64;

} // namespace

bool rejection_log::record(v8::Isolate* isolate, const v8::PromiseRejectMessage& message,
                           std::uint64_t run) {
  switch (message.GetEvent()) {
    case v8::kPromiseRejectWithNoHandler:
      if (open_.size() < kept_max)
        open_.push_back({v8::Global<v8::Promise>{isolate, message.GetPromise()},
                         v8::Global<v8::Value>{isolate, message.GetValue()}, run});
      else {
        ++dropped_;
        dropped_run_ = run;
      }
      break;
    case v8::kPromiseHandlerAddedAfterReject:
      // One that is not among those kept is one of those only counted.
      if (forget(isolate, message.GetPromise()))
        return false;
      if (dropped_ == 0)
        return true;
      --dropped_;
      return false;
    default:
      break;
  }
  return false;
}

bool rejection_log::forget(v8::Isolate* isolate, v8::Local<v8::Promise> promise) {
  return std::erase_if(open_, [&](entry& e) { return e.promise.Get(isolate) == promise; }) != 0;
}

void rejection_log::flush(
  isolate_scope& here, v8::Local<v8::Context> context,
  const std::function<bool(v8::Local<v8::Promise>, v8::Local<v8::Value>)>& deal,
  const std::function<void(error, std::uint64_t, std::uint64_t)>& report) {
  auto open = std::move(open_);
  open_.clear();
  for (auto& [promise, reason, run] : open)
    if (!deal(promise.Get(here.v8()), reason.Get(here.v8())))
      report(capture_error(here, context, reason.Get(here.v8()), errc::uncaught_exception, true),
             run, 1);
  if (auto dropped = std::exchange(dropped_, 0); dropped != 0)
    report(
      error{.code = errc::uncaught_exception,
            .message = fmt::format("{} more promises were rejected and not handled", dropped)},
      dropped_run_, dropped);
}

} // namespace troupe::js
