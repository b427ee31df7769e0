#include "runtime/memory_rounds.hpp"

#include "runtime/platform.hpp"

#include <v8-container.h>
#include <v8-context.h>

#include <utility>
#include <vector>

namespace troupe::js {

using askers = std::vector<std::unique_ptr<v8::MeasureMemoryDelegate>>;

struct memory_rounds::state : std::enable_shared_from_this<memory_rounds::state> {
  state(v8::Isolate* of, foreground_tasks& its) : isolate(of), tasks(its) {
  }

  void post(double seconds);

  v8::Isolate* isolate;
  foreground_tasks& tasks;
  askers waiting;
  bool posted = false;    ///< A round begins soon.
  bool listening = false; ///< For a collection.
};

/// Begins a round.
class memory_rounds::task final : public v8::Task {
public:
  explicit task(std::weak_ptr<state> all) : all_(std::move(all)) {
  }

  void Run() override {
    if (auto all = all_.lock())
      begin(*all);
  }

private:
  std::weak_ptr<state> all_;
};

void memory_rounds::state::post(double seconds) {
  auto made = std::make_unique<task>(weak_from_this());
  if (seconds > 0)
    tasks.PostNonNestableDelayedTask(std::move(made), seconds);
  else if (!std::exchange(posted, true))
    tasks.PostNonNestableTask(std::move(made));
}

/// A measurement, owned by V8.
class memory_rounds::round final : public v8::MeasureMemoryDelegate {
public:
  round(v8::Isolate* isolate, askers members) : isolate_(isolate), members_(std::move(members)) {
  }

  /// All, whoever asks: objects of realms left out V8's parallel marking would count as work for
  /// ever, but never take.
  bool ShouldMeasure(v8::Local<v8::Context>) override {
    return true;
  }

  void MeasurementComplete(Result measured) override {
    for (const auto& each : members_)
      tell(*each, measured);
  }

private:
  void tell(v8::MeasureMemoryDelegate& member, const Result& measured) {
    v8::HandleScope handles{isolate_};
    std::vector<v8::Local<v8::Context>> contexts;
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < measured.contexts.size(); ++i)
      if (member.ShouldMeasure(measured.contexts[i])) {
        contexts.push_back(measured.contexts[i]);
        sizes.push_back(measured.sizes_in_bytes[i]);
      }
    v8::MemorySpan<const v8::Local<v8::Context>> its{contexts.data(), contexts.size()};
    v8::MemorySpan<const std::size_t> bytes{sizes.data(), sizes.size()};
    member.MeasurementComplete({its, bytes, measured.unattributed_size_in_bytes,
                                measured.wasm_code_size_in_bytes,
                                measured.wasm_metadata_size_in_bytes});
  }

  v8::Isolate* isolate_;
  askers members_;
};

memory_rounds::memory_rounds(v8::Isolate* isolate, foreground_tasks& tasks)
  : state_(std::make_shared<state>(isolate, tasks)) {
}

memory_rounds::~memory_rounds() {
  if (state_->listening)
    state_->isolate->RemoveGCEpilogueCallback(&on_collected, state_.get());
  // They may hold handles.
  state_->waiting.clear();
}

void memory_rounds::begin(state& all) {
  all.posted = false;
  if (std::exchange(all.listening, false))
    all.isolate->RemoveGCEpilogueCallback(&on_collected, &all);
  if (all.waiting.empty())
    return;
  v8::HandleScope handles{all.isolate};
  all.isolate->MeasureMemory(std::make_unique<round>(all.isolate, std::exchange(all.waiting, {})),
                             v8::MeasureMemoryExecution::kLazy);
  // Collects without a break, and once more what it has been collecting bit by bit.
  all.isolate->LowMemoryNotification();
}

void memory_rounds::on_collected(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* all) {
  static_cast<state*>(all)->post(0);
}

void memory_rounds::measure(std::unique_ptr<v8::MeasureMemoryDelegate> asker, bool eager) {
  constexpr double patience = 10; // seconds
  auto& all = *state_;
  all.waiting.push_back(std::move(asker));
  if (eager) {
    all.post(0);
  } else if (!std::exchange(all.listening, true)) {
    all.isolate->AddGCEpilogueCallback(&on_collected, &all, v8::kGCTypeMarkSweepCompact);
    all.post(patience);
  }
}

} // namespace troupe::js
