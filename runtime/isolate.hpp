#pragma once

#include "runtime/array_buffer_allocator.hpp"
#include "runtime/engine.hpp"
#include "runtime/heap_limit.hpp"
#include "runtime/memory_rounds.hpp"
#include "runtime/plain_clone.hpp"

#include <v8-isolate.h>
#include <v8-local-handle.h>

#include <functional>
#include <memory>
#include <vector>

namespace troupe::js {

class module_registry;
class value_host;
class wasm_gate;

struct isolate_limits {
  std::size_t heap_bytes = 0;
  std::size_t array_buffer_bytes = 0;
  std::size_t stack_bytes = 0;
};

/// What an isolate reports about itself, on its own thread.
struct isolate_events {
  /// The heap is about to exceed its limit: stop the script.
  std::function<void()> heap_limit_reached;
  /// V8 cannot go on. The thread never returns from V8: it sleeps for good
  /// after this call.
  std::function<void(const char* why)> lost;
};

/// A `v8::Isolate` with its limits and its place in the platform, entered by the
/// thread that made it.
///
/// Threads:  the one that made it; that thread's stack is the script's.
/// Lifetime: destroys everything V8 holds; no handle may be left.
class isolate {
public:
  isolate(engine& engine, const isolate_limits& limits, std::shared_ptr<loop_waker> waker,
          isolate_events events);
  ~isolate();

  isolate(const isolate&) = delete;
  isolate& operator=(const isolate&) = delete;

  [[nodiscard]] v8::Isolate* v8() const noexcept {
    return v8_;
  }

  /// The isolate that a V8 callback runs in.
  [[nodiscard]] static isolate& of(v8::Isolate* v8) noexcept {
    return *static_cast<isolate*>(v8->GetData(0));
  }

  /// What scripts have of the thread's stack.
  [[nodiscard]] std::size_t stack_bytes() const noexcept {
    return stack_bytes_;
  }

  /// V8 knows of it, and may call it back until the isolate has ended.
  void keep_to_the_end(std::shared_ptr<void> what) {
    kept_to_the_end_.push_back(std::move(what));
  }

  [[nodiscard]] foreground_tasks& tasks() const noexcept {
    return *tasks_;
  }

  [[nodiscard]] heap_limit& heap() noexcept {
    return *heap_;
  }

  /// Who makes what clones alone cannot; may be null.
  [[nodiscard]] value_host* host() const noexcept {
    return host_;
  }

  void set_value_host(value_host* host) noexcept {
    host_ = host;
  }

  [[nodiscard]] module_registry& modules() noexcept {
    return *modules_;
  }

  [[nodiscard]] plain_cloner& cloner() noexcept {
    return cloner_;
  }

  [[nodiscard]] memory_rounds& memory() noexcept {
    return *memory_;
  }

  [[nodiscard]] wasm_gate& wasm() noexcept {
    return *wasm_;
  }

  [[nodiscard]] std::size_t array_buffer_bytes() const noexcept {
    return allocator_->bytes();
  }

  [[nodiscard]] const std::shared_ptr<array_buffer_allocator>& array_buffers() const noexcept {
    return allocator_;
  }

private:
  js::platform& platform_;
  isolate_events events_;
  std::shared_ptr<foreground_tasks> tasks_;
  std::shared_ptr<array_buffer_allocator> allocator_;
  v8::Isolate* v8_;
  const std::size_t stack_bytes_;
  std::unique_ptr<heap_limit> heap_;
  value_host* host_ = nullptr;
  std::unique_ptr<module_registry> modules_;
  plain_cloner cloner_;
  std::unique_ptr<memory_rounds> memory_;
  std::unique_ptr<wasm_gate> wasm_;
  buffer_pages::user pages_;
  std::vector<std::shared_ptr<void>> kept_to_the_end_;
};

/// Witness that the caller is on the isolate's thread, with a handle scope: the
/// parameter that functions take which touch V8. Never stored, never captured.
class isolate_scope {
public:
  explicit isolate_scope(isolate& here) : isolate_(here), handles_(here.v8()) {
  }

  isolate_scope(const isolate_scope&) = delete;
  isolate_scope& operator=(const isolate_scope&) = delete;

  [[nodiscard]] v8::Isolate* v8() const noexcept {
    return isolate_.v8();
  }

  [[nodiscard]] isolate& owner() const noexcept {
    return isolate_;
  }

  /// Whether `take` gets its memory, after a collection if need be: what is garbage still counts.
  template <class Take>
  [[nodiscard]] bool take_memory(Take take) {
    if (take())
      return true;
    v8()->LowMemoryNotification();
    return take();
  }

private:
  isolate& isolate_;
  v8::HandleScope handles_;
};

} // namespace troupe::js
