#include "runtime/file_calls.hpp"

#include "runtime/builtin_bindings.hpp"
#include "runtime/byte_view.hpp"
#include "runtime/environment.hpp"
#include "runtime/structured_clone.hpp"
#include "runtime/work_pool.hpp"

#include <uv.h>
#include <v8-container.h>
#include <v8-exception.h>
#include <v8-external.h>
#include <v8-typed-array.h>

#include <utility>
#include <vector>

namespace troupe::js {

namespace {

// What waits is memory outside of V8's heap.
constexpr std::size_t pending_max = 10'000;

v8::Local<v8::Value> text(v8::Isolate* isolate, std::string_view utf8) {
  v8::Local<v8::String> made;
  return to_v8_string(isolate, utf8).ToLocal(&made) ? made : v8::String::Empty(isolate);
}

std::string string_of(v8::Isolate* isolate, v8::Local<v8::Value> from) {
  if (from->IsArrayBufferView()) {
    auto view = from.As<v8::ArrayBufferView>();
    std::string bytes(view->ByteLength(), '\0');
    view->CopyContents(bytes.data(), bytes.size());
    return bytes;
  }
  return from->IsString() ? to_utf8(isolate, from.As<v8::String>()) : std::string{};
}

v8::MaybeLocal<v8::Value> value_of(v8::Isolate* isolate, const file_job& job) {
  std::vector<v8::Local<v8::Value>> numbers;
  for (auto each : job.numbers)
    numbers.push_back(v8::Number::New(isolate, each));
  auto list = [&] { return v8::Array::New(isolate, numbers.data(), numbers.size()); };
  switch (job.what) {
    case file_operation::read: {
      if (job.flags == 0) {
        v8::Local<v8::Uint8Array> bytes;
        if (!new_bytes(isolate, job.bytes).ToLocal(&bytes))
          return {};
        return bytes.As<v8::Value>();
      }
      v8::Local<v8::String> content;
      if (to_v8_string(isolate, job.bytes).ToLocal(&content))
        return content.As<v8::Value>();
      isolate->ThrowException(v8::Exception::RangeError(
        v8::String::NewFromUtf8Literal(isolate, "The file is too long for a string")));
      return {};
    }
    case file_operation::stat:
    case file_operation::lstat:
      return list().As<v8::Value>();
    case file_operation::readdir: {
      std::vector<v8::Local<v8::Value>> names;
      for (const auto& each : job.names)
        names.push_back(text(isolate, each));
      v8::Local<v8::Value> both[]{v8::Array::New(isolate, names.data(), names.size()), list()};
      return v8::Array::New(isolate, both, std::size(both)).As<v8::Value>();
    }
    case file_operation::realpath:
    case file_operation::mkdtemp:
    case file_operation::readlink:
      return text(isolate, job.text);
    case file_operation::mkdir:
      if (!job.text.empty())
        return text(isolate, job.text);
      break;
    default:
      break;
  }
  return v8::Undefined(isolate).As<v8::Value>();
}

/// [errno, code, words, system call], or undefined.
v8::Local<v8::Value> failure_of(v8::Isolate* isolate, const file_job& job) {
  if (job.result >= 0)
    return v8::Undefined(isolate);
  v8::Local<v8::Value> parts[]{v8::Integer::New(isolate, job.result),
                               text(isolate, file_job::name(job.result)),
                               text(isolate, file_job::describe(job.result)),
                               text(isolate, job.syscall == nullptr ? "" : job.syscall)};
  return v8::Array::New(isolate, parts, std::size(parts));
}

/// What is garbage still counts: after a collection there may be room.
bool lacks_memory(const file_job& job) {
  return job.result == UV_ENOMEM
         && (job.what == file_operation::read || job.what == file_operation::readdir);
}

} // namespace

void fill_fs_binding(isolate_scope& here, v8::Local<v8::Context> context,
                     v8::Local<v8::Object> to, environment& owner) {
  if (auto* files = owner.files())
    files->fill_binding(here, context, to);
}

file_calls::file_calls(environment& owner, std::shared_ptr<loop_waker> waker)
  : owner_(owner), inbox_(std::make_shared<loop_inbox<answered>>(std::move(waker))) {
}

file_calls::~file_calls() {
  inbox_->close();
}

void file_calls::fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                              v8::Local<v8::Object> to) {
  auto self = v8::External::New(here.v8(), this);
  add_function(context, to, "run", &run, self);
  add_function(context, to, "kind", &kind_of, self);
}

/// run(operation, path, other path, content, flags, mode[, callback]): [failure, value], or
/// callback(failure, value) later.
void file_calls::run(const call& info) {
  auto& self = *static_cast<file_calls*>(info.Data().As<v8::External>()->Value());
  isolate_scope here{isolate::of(info.GetIsolate())};
  auto* isolate = here.v8();
  auto number = [&](int i) {
    return info[i]->IsNumber() ? info[i].As<v8::Number>()->Value() : 0.0;
  };
  file_job job{.what = static_cast<file_operation>(number(0)),
               .path = string_of(isolate, info[1]),
               .other = string_of(isolate, info[2]),
               .bytes = string_of(isolate, info[3]),
               .flags = static_cast<std::int64_t>(number(4)),
               .mode = static_cast<int>(number(5)),
               .loan = byte_loan{here.owner().array_buffers()->budget()}};
  auto held = job.path.size() + job.other.size() + job.bytes.size();
  if (!here.take_memory([&] { return job.loan.take(held); })) {
    isolate->ThrowException(v8::Exception::RangeError(v8::String::NewFromUtf8Literal(
      isolate, "What the operations on files hold is larger than the limit of array buffers")));
    return;
  }
  if (info[6]->IsFunction()) {
    self.start(here, std::move(job), info[6].As<v8::Function>());
    return;
  }
  // Of what it lacks in the end the job tells itself.
  static_cast<void>(here.take_memory([&] {
    job.run();
    return !lacks_memory(job);
  }));
  job.loan.give_back(); // what is made of it counts
  v8::Local<v8::Value> both[]{failure_of(isolate, job), v8::Undefined(isolate)};
  if (job.result >= 0 && !value_of(isolate, job).ToLocal(&both[1]))
    return;
  info.GetReturnValue().Set(v8::Array::New(isolate, both, std::size(both)));
}

/// kind(path): 0 for a file, 1 for a folder, 2 for anything else, negative for nothing.
void file_calls::kind_of(const call& info) {
  file_job job{.what = file_operation::kind, .path = string_of(info.GetIsolate(), info[0])};
  job.run();
  info.GetReturnValue().Set(job.result);
}

void file_calls::start(isolate_scope& here, file_job job, v8::Local<v8::Function> callback) {
  if (callbacks_.size() >= pending_max) {
    here.v8()->ThrowException(v8::Exception::RangeError(
      v8::String::NewFromUtf8Literal(here.v8(), "Too many operations on files at once")));
    return;
  }
  auto id = ++last_id_;
  callbacks_.emplace(
    id, waiting{v8::Global<v8::Function>{here.v8(), callback}, owner_.callbacks_of_turn()});
  send(id, std::make_shared<file_job>(std::move(job)));
}

void file_calls::send(std::uint64_t id, std::shared_ptr<file_job> job) {
  work_pool::instance().run([inbox = inbox_, id, job = std::move(job)] {
    job->run();
    inbox->post({id, job});
  });
}

bool file_calls::settle() {
  auto come = inbox_->take();
  for (auto& [id, job] : come) {
    auto found = callbacks_.extract(id);
    if (found.empty())
      continue;
    if (lacks_memory(*job) && !std::exchange(found.mapped().again, true)) {
      owner_.owner().v8()->LowMemoryNotification();
      callbacks_.insert(std::move(found));
      send(id, std::move(job));
      continue;
    }
    found.mapped().later([&](isolate_scope& here, v8::Local<v8::Context> context) {
      job->loan.give_back(); // what is made of it counts
      answer(here, context, found.mapped().callback.Get(here.v8()), *job);
    });
  }
  return !come.empty();
}

void file_calls::answer(isolate_scope& here, v8::Local<v8::Context> context,
                        v8::Local<v8::Function> callback, const file_job& job) {
  auto* isolate = here.v8();
  v8::TryCatch caught{isolate};
  v8::Local<v8::Value> both[]{failure_of(isolate, job), v8::Undefined(isolate)};
  bool whole = job.result < 0 || value_of(isolate, job).ToLocal(&both[1]);
  if (!whole) { // no memory for it
    both[0] = caught.Exception();
    caught.Reset();
  }
  if (callback->Call(context, v8::Undefined(isolate), std::size(both), both).IsEmpty()
      && caught.HasCaught() && !caught.HasTerminated())
    owner_.uncaught(here, context, caught.Exception(), caught.Message());
}

} // namespace troupe::js
