#pragma once

#include <cstddef>
#include <functional>

namespace v8 {
class Isolate;
}

namespace troupe::js {

/// Watches an isolate's heap limit, which V8 by itself enforces by ending the
/// process.
///
/// Near the limit everything that can be collected is, at the next interrupt of what
/// runs. If the heap stays full, or the interrupt does not come in time, `on_reached`
/// is called, which must make the script stop; until it has, the limit is raised so
/// far that even one huge allocation passes.
///
/// Threads:  the isolate's.
/// Lifetime: must end before the isolate.
class heap_limit {
public:
  /// `bytes`: of the whole heap.
  heap_limit(v8::Isolate* isolate, std::size_t bytes, std::function<void()> on_reached);
  ~heap_limit();

  heap_limit(const heap_limit&) = delete;
  heap_limit& operator=(const heap_limit&) = delete;

  /// Something larger than the whole heap is being made, which V8 has not noticed.
  void exceed();

  /// To be called when no script is on the stack: after the limit was reached,
  /// collects garbage and puts the limit back.
  /// @returns false when the heap stays too full to go on.
  [[nodiscard]] bool recover();

  /// Has the limit been reached since the last recovery, whether or not that was told?
  [[nodiscard]] bool reached() const noexcept {
    return state_ != state::below;
  }

private:
  enum class state {
    below,
    near,    // an interrupt that collects is asked for
    exceeded // told
  };

  static std::size_t near_limit(void* self, std::size_t current, std::size_t initial);
  static void collect(v8::Isolate* isolate, void* self);

  v8::Isolate* isolate_;
  std::size_t old_generation_bytes_; // V8's own limit, less than the heap's; known when reached
  bool raised_ = false;
  std::function<void()> on_reached_;
  state state_ = state::below;
};

} // namespace troupe::js
