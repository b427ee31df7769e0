#include "bench/floor.hpp"

#include "troupe/options.hpp"

#include <sys/eventfd.h>
#include <unistd.h>
#include <v8-array-buffer.h>
#include <v8-function-callback.h>
#include <v8-function.h>
#include <v8-microtask-queue.h>
#include <v8-microtask.h>
#include <v8-primitive.h>
#include <v8-template.h>
#include <v8-value-serializer.h>

#include <cstdint>
#include <cstdlib>
#include <utility>

namespace troupe::bench::floor {

namespace {

const context_options defaults;

// As runtime/isolate_thread.cpp: the script's stack and room for V8's own code.
constexpr std::size_t native_stack_bytes = 256 * 1024;

void wait_for(int descriptor) {
  eventfd_t count = 0;
  if (::eventfd_read(descriptor, &count) != 0)
    std::abort();
}

} // namespace

// -- bare_isolate -----------------------------------------------------------------

bare_isolate::bare_isolate(const std::string& source)
  : platform_(js::engine::start().platform()),
    tasks_(std::make_shared<js::foreground_tasks>(std::make_shared<js::loop_waker>())),
    allocator_(v8::ArrayBuffer::Allocator::NewDefaultAllocator()),
    isolate_(v8::Isolate::Allocate()) {
  platform_.attach(isolate_, tasks_);
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator = allocator_.get();
  params.constraints.ConfigureDefaultsFromHeapSize(0, defaults.heap_limit_mib << 20);
  v8::Isolate::Initialize(isolate_, params);
  isolate_->Enter();
  auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  isolate_->SetStackLimit(here - defaults.stack_kib * 1024);
  isolate_->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  v8::HandleScope handles{isolate_};
  auto context = v8::Context::New(isolate_);
  context_.Reset(isolate_, context);
  v8::Context::Scope entered{context};
  auto text = v8::String::NewFromUtf8(isolate_, source.c_str()).ToLocalChecked();
  script_.Reset(isolate_, v8::Script::Compile(context, text).ToLocalChecked());
}

bare_isolate::~bare_isolate() {
  script_.Reset();
  context_.Reset();
  isolate_->Exit();
  isolate_->Dispose();
  platform_.detach(isolate_);
}

double bare_isolate::run() {
  v8::HandleScope handles{isolate_};
  auto context = context_.Get(isolate_);
  v8::Context::Scope entered{context};
  auto value = script_.Get(isolate_)->Run(context).ToLocalChecked();
  isolate_->PerformMicrotaskCheckpoint();
  return value.As<v8::Number>()->Value();
}

void bare_isolate::define_add() {
  v8::HandleScope handles{isolate_};
  auto context = context_.Get(isolate_);
  v8::Context::Scope entered{context};
  auto add =
    v8::FunctionTemplate::New(isolate_, [](const v8::FunctionCallbackInfo<v8::Value>& info) {
      if (info.Length() == 2 && info[0]->IsNumber() && info[1]->IsNumber())
        info.GetReturnValue().Set(info[0].As<v8::Number>()->Value()
                                  + info[1].As<v8::Number>()->Value());
    });
  context->Global()
    ->Set(context, v8::String::NewFromUtf8Literal(isolate_, "add"),
          add->GetFunction(context).ToLocalChecked())
    .Check();
}

std::pair<std::uint8_t*, std::size_t> bare_isolate::write_data() {
  v8::Isolate::Scope here{isolate_};
  v8::HandleScope handles{isolate_};
  auto context = context_.Get(isolate_);
  v8::Context::Scope entered{context};
  auto data = context->Global()
                ->Get(context, v8::String::NewFromUtf8Literal(isolate_, "data"))
                .ToLocalChecked();
  v8::ValueSerializer writer{isolate_};
  writer.WriteHeader();
  writer.WriteValue(context, data).Check();
  return writer.Release();
}

void bare_isolate::read_data(std::pair<std::uint8_t*, std::size_t> bytes) {
  v8::Isolate::Scope here{isolate_};
  v8::HandleScope handles{isolate_};
  auto context = context_.Get(isolate_);
  v8::Context::Scope entered{context};
  v8::ValueDeserializer reader{isolate_, bytes.first, bytes.second};
  reader.ReadHeader(context).Check();
  context->Global()
    ->Set(context, v8::String::NewFromUtf8Literal(isolate_, "data"),
          reader.ReadValue(context).ToLocalChecked())
    .Check();
}

// -- isolate_pair -----------------------------------------------------------------

isolate_pair::isolate_pair(const std::string& source) : from_(source), to_("var data; 0") {
  v8::Isolate::Scope here{from_.v8()};
  [[maybe_unused]] auto records = from_.run();
}

void isolate_pair::clone() {
  auto bytes = from_.write_data();
  to_.read_data(bytes);
  std::free(bytes.first);
}

// -- thread -----------------------------------------------------------------------

thread::thread(std::function<void()> body) : body_(std::move(body)) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, defaults.stack_kib * 1024 + native_stack_bytes);
  auto enter = [](void* self) -> void* {
    pthread_setname_np(pthread_self(), "floor");
    static_cast<thread*>(self)->body_();
    return nullptr;
  };
  if (pthread_create(&handle_, &attributes, enter, this) != 0)
    std::abort();
  pthread_attr_destroy(&attributes);
}

thread::~thread() {
  pthread_join(handle_, nullptr);
}

// -- uv_context -------------------------------------------------------------------

uv_context::uv_context(std::string source)
  : source_(std::move(source)), thread_([this] { main(); }) {
}

uv_context::~uv_context() {
  if (first_.valid())
    first_.wait(); // before it there is no loop to wake
  std::lock_guard guard{mutex_};
  stopping_ = true;
  uv_async_send(&async_);
}

std::future<double> uv_context::run() {
  std::promise<double> answer;
  auto given = answer.get_future();
  std::lock_guard guard{mutex_};
  queue_.push_back(std::move(answer));
  if (queue_.size() == 1)
    uv_async_send(&async_);
  return given;
}

void uv_context::main() {
  uv_loop_init(&loop_);
  uv_async_init(&loop_, &async_,
                [](uv_async_t* async) { static_cast<uv_context*>(async->data)->serve(); });
  async_.data = this;
  {
    bare_isolate isolate{source_};
    isolate_ = &isolate;
    first_answer_.set_value(isolate.run());
    uv_run(&loop_, UV_RUN_DEFAULT);
  }
  uv_loop_close(&loop_);
}

void uv_context::serve() {
  bool stopping = false;
  {
    std::lock_guard guard{mutex_};
    batch_.swap(queue_);
    stopping = stopping_;
  }
  for (auto& answer : batch_)
    answer.set_value(isolate_->run());
  batch_.clear();
  isolate_->run_tasks();
  if (stopping)
    uv_close(reinterpret_cast<uv_handle_t*>(&async_), nullptr);
}

// -- condvar_context --------------------------------------------------------------

condvar_context::condvar_context(std::string source)
  : source_(std::move(source)), thread_([this] { main(); }) {
}

condvar_context::~condvar_context() {
  std::lock_guard guard{mutex_};
  stopping_ = true;
  filled_.notify_one();
}

std::future<double> condvar_context::run() {
  std::promise<double> answer;
  auto given = answer.get_future();
  std::lock_guard guard{mutex_};
  queue_.push_back(std::move(answer));
  if (waiting_)
    filled_.notify_one();
  return given;
}

void condvar_context::main() {
  bare_isolate isolate{source_};
  std::vector<std::promise<double>> batch;
  for (;;) {
    {
      std::unique_lock guard{mutex_};
      waiting_ = true;
      filled_.wait(guard, [this] { return !queue_.empty() || stopping_; });
      waiting_ = false;
      if (queue_.empty())
        return;
      batch.swap(queue_);
    }
    for (auto& answer : batch)
      answer.set_value(isolate.run());
    batch.clear();
    isolate.run_tasks();
  }
}

// -- eventfd_context --------------------------------------------------------------

eventfd_context::eventfd_context(std::string source)
  : source_(std::move(source)), asked_(::eventfd(0, EFD_CLOEXEC)),
    answered_(::eventfd(0, EFD_CLOEXEC)), thread_([this] { main(); }) {
}

eventfd_context::~eventfd_context() {
  stopping_ = true;
  ::eventfd_write(asked_, 1);
  // The thread closes the descriptors: it is joined after this.
}

double eventfd_context::run() {
  ::eventfd_write(asked_, 1);
  wait_for(answered_);
  return answer_;
}

void eventfd_context::main() {
  bare_isolate isolate{source_};
  for (;;) {
    wait_for(asked_);
    if (stopping_)
      break;
    answer_ = isolate.run();
    ::eventfd_write(answered_, 1);
    isolate.run_tasks();
  }
  ::close(asked_);
  ::close(answered_);
}

} // namespace troupe::bench::floor
