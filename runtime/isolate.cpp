#include "runtime/isolate.hpp"

#include "runtime/isolate_thread.hpp"
#include "runtime/module_record.hpp"
#include "runtime/wasm_gate.hpp"

#include <v8-initialization.h>
#include <v8-microtask.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string_view>
#include <thread>

namespace troupe::js {

namespace {

// Whose thread this is, for V8's process-wide out-of-memory handler.
thread_local const isolate_events* events_here = nullptr;

/// V8 has no way on from here but ending the process: report the isolate as
/// lost and keep its thread from ever returning.
[[noreturn]] void park(const char* why) {
  if (events_here == nullptr) {
    std::fputs("troupe: V8 is out of memory outside of any context\n", stderr);
    std::abort();
  }
  for (;;)
    try {
      events_here->lost(why);
      park_for_ever();
    } catch (const std::bad_alloc&) {
      // Of the process: others may give some back.
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
}

constexpr auto out_of_memory = "ran out of memory inside V8";

void on_out_of_memory(const char*, const v8::OOMDetails&) {
  park(out_of_memory);
}

void on_fatal_error(const char* location, const char* message) {
  std::fprintf(stderr, "troupe: V8 gave up a context: %s: %s\n",
               location != nullptr ? location : "?", message != nullptr ? message : "?");
  park("was given up by V8, which found itself broken");
}

/// V8 13.6 looks for the exception of a module that was stopped while it ran because those with
/// top-level await that it imports had become ready, but a termination is none.
bool is_missing_termination(std::string_view message) {
  auto* isolate = v8::Isolate::TryGetCurrent();
  return message.find("(location_) != nullptr") != std::string_view::npos && isolate != nullptr
         && isolate->IsExecutionTerminating();
}

/// Called before V8 ends the process. It does that for three kinds of reasons: when
/// something is too large for it (`'a'.repeat(2 ** 28).split('')`), which is as
/// good as out of memory; when it has stopped a script where it cannot; and when it finds
/// itself broken, and then it must.
void on_v8_fatal(const char*, int, const char* message) {
  constexpr std::string_view too_large = "Fatal JavaScript ";
  if (events_here == nullptr || message == nullptr)
    return;
  if (std::string_view{message}.starts_with(too_large))
    park(out_of_memory);
  if (is_missing_termination(message))
    park("was stopped where V8 cannot be stopped");
}

/// V8 gives small heaps a young generation so small that scripts that allocate much are
/// copied about for a third of their time. It only grows when much survives.
std::size_t young_generation_bytes_max(std::size_t heap_bytes) {
  constexpr std::size_t spaces = 3; // two halves, and one for large objects
  constexpr std::size_t space_max = std::size_t{16} << 20; // as V8 for large heaps
  return spaces * std::min(space_max, heap_bytes / 16);
}

} // namespace

isolate::isolate(engine& engine, const isolate_limits& limits, std::shared_ptr<loop_waker> waker,
                 isolate_events events)
  : platform_(engine.platform()), events_(std::move(events)),
    tasks_(std::make_shared<foreground_tasks>(std::move(waker))),
    allocator_(std::make_shared<array_buffer_allocator>(limits.array_buffer_bytes)),
    v8_(v8::Isolate::Allocate()), stack_bytes_(limits.stack_bytes) {
  events_here = &events_;
  [[maybe_unused]] static const bool once = (v8::V8::SetFatalErrorHandler(&on_v8_fatal), true);
  platform_.attach(v8_, tasks_);
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator_shared = allocator_;
  params.constraints.ConfigureDefaultsFromHeapSize(0, limits.heap_bytes);
  params.constraints.set_max_young_generation_size_in_bytes(
    std::max(params.constraints.max_young_generation_size_in_bytes(),
             young_generation_bytes_max(limits.heap_bytes)));
  params.oom_error_callback = &on_out_of_memory;
  params.fatal_error_callback = &on_fatal_error;
  v8::Isolate::Initialize(v8_, params);
  v8_->SetData(0, this);
  v8_->Enter();
  auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  v8_->SetStackLimit(here - limits.stack_bytes);
  v8_->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  modules_ = std::make_unique<module_registry>();
  memory_ = std::make_unique<memory_rounds>(v8_, *tasks_);
  wasm_ = std::make_unique<wasm_gate>(v8_);
  heap_ = std::make_unique<heap_limit>(v8_, limits.heap_bytes,
                                       [this] { events_.heap_limit_reached(); });
  pages_ = {.payer = allocator_->budget(),
            .object_bytes_max = limits.heap_bytes,
            .on_larger = [this] { heap_->exceed(); }};
  buffer_pages::set_user(&pages_);
}

isolate::~isolate() {
  buffer_pages::set_user(nullptr);
  heap_.reset();
  cloner_.uninstall();
  modules_.reset();
  memory_.reset();
  keep_to_the_end(wasm_->retire());
  wasm_.reset();
  v8_->Exit();
  v8_->Dispose();
  platform_.detach(v8_);
  tasks_->close();
  events_here = nullptr;
}

} // namespace troupe::js
