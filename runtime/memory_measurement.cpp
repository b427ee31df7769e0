#include "runtime/memory_measurement.hpp"

#include <v8-persistent-handle.h>
#include <v8-statistics.h>

#include <ctime>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe::js {

// -- reports as values ------------------------------------------------------------------

namespace {

/// A double holds every size that there is.
value number(std::uint64_t size) {
  return static_cast<double>(size);
}

std::uint64_t size_at(const value& from, std::string_view key) {
  return static_cast<std::uint64_t>(from[key].as<double>());
}

value to_value(const memory_estimate& estimate) {
  return value::array({number(estimate.bytes), number(estimate.bytes_max)});
}

memory_estimate to_estimate(const value& from) {
  return {.bytes = static_cast<std::uint64_t>(from[0].as<double>()),
          .bytes_max = static_cast<std::uint64_t>(from[1].as<double>())};
}

} // namespace

value to_value(const memory_report& report) {
  std::vector<value> others;
  for (const auto& other : report.others)
    others.push_back(to_value(other));
  return value::object({{"total", to_value(report.total)},
                        {"current", to_value(report.current)},
                        {"others", value::array(std::move(others))},
                        {"heap_used", number(report.heap_used)},
                        {"heap_committed", number(report.heap_committed)},
                        {"heap_limit", number(report.heap_limit)},
                        {"malloced", number(report.malloced)},
                        {"external", number(report.external)},
                        {"array_buffers", number(report.array_buffers)},
                        {"wasm_code", number(report.wasm_code)},
                        {"native_contexts", number(report.native_contexts)},
                        {"cpu_time", value{static_cast<double>(report.cpu_time.count())}}});
}

memory_report to_memory_report(const value& from) {
  memory_report report{
    .total = to_estimate(from["total"]),
    .current = to_estimate(from["current"]),
    .others = {},
    .heap_used = size_at(from, "heap_used"),
    .heap_committed = size_at(from, "heap_committed"),
    .heap_limit = size_at(from, "heap_limit"),
    .malloced = size_at(from, "malloced"),
    .external = size_at(from, "external"),
    .array_buffers = size_at(from, "array_buffers"),
    .wasm_code = size_at(from, "wasm_code"),
    .native_contexts = size_at(from, "native_contexts"),
    .cpu_time = std::chrono::nanoseconds{static_cast<std::int64_t>(size_at(from, "cpu_time"))}};
  for (const auto& other : from["others"].elements())
    report.others.push_back(to_estimate(other));
  return report;
}

// -- measurements -------------------------------------------------------------------------

struct memory_measurements::open_requests {
  struct entry {
    memory_options what;
    std::uint64_t attempt; // whose result counts
  };

  answer_function answer;
  std::unordered_map<request_id, entry> requests;
  std::uint64_t last_attempt = 0;
};

/// One measurement, owned by V8.
class memory_measurements::delegate final : public v8::MeasureMemoryDelegate {
public:
  delegate(isolate_scope& here, v8::Local<v8::Context> current, request_id request,
           const open_requests::entry& entry, std::weak_ptr<open_requests> open)
    : owner_(here.owner()), current_(here.v8(), current), request_(request),
      mode_(entry.what.mode), attempt_(entry.attempt), open_(std::move(open)) {
    current_.SetWeak();
  }

  bool ShouldMeasure(v8::Local<v8::Context>) override {
    return true;
  }

  void MeasurementComplete(Result measured) override {
    auto open = open_.lock();
    if (!open)
      return;
    auto found = open->requests.find(request_);
    if (found == open->requests.end() || found->second.attempt != attempt_)
      return;
    open->requests.erase(found);
    open->answer(request_, to_value(report(measured)));
  }

private:
  [[nodiscard]] memory_report report(const Result& measured) const {
    auto* isolate = owner_.v8();
    memory_report made;
    // What belongs to no realm is anybody's.
    auto shared = measured.unattributed_size_in_bytes + measured.wasm_code_size_in_bytes
                  + measured.wasm_metadata_size_in_bytes;
    auto current = current_.Get(isolate);
    for (std::size_t i = 0; i < measured.contexts.size(); ++i) {
      auto bytes = measured.sizes_in_bytes[i];
      made.total.bytes += bytes;
      if (mode_ == memory_mode::summary)
        continue;
      memory_estimate each{bytes, bytes + shared};
      if (measured.contexts[i] == current)
        made.current = each;
      else
        made.others.push_back(each);
    }
    made.total.bytes_max = made.total.bytes + shared;
    made.wasm_code = measured.wasm_code_size_in_bytes;
    v8::HeapStatistics heap;
    isolate->GetHeapStatistics(&heap);
    made.heap_used = heap.used_heap_size();
    made.heap_committed = heap.total_heap_size();
    made.heap_limit = heap.heap_size_limit();
    made.malloced = heap.malloced_memory();
    made.external = heap.external_memory();
    made.native_contexts = heap.number_of_native_contexts();
    made.array_buffers = owner_.array_buffer_bytes();
    timespec used{};
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) == 0)
      made.cpu_time = std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
    return made;
  }

  isolate& owner_;
  v8::Global<v8::Context> current_;
  request_id request_;
  memory_mode mode_;
  std::uint64_t attempt_;
  std::weak_ptr<open_requests> open_;
};

memory_measurements::memory_measurements(answer_function answer)
  : open_(std::make_shared<open_requests>()) {
  open_->answer = std::move(answer);
}

memory_measurements::~memory_measurements() = default;

void memory_measurements::start(isolate_scope& here, v8::Local<v8::Context> current,
                                request_id request, const memory_options& what) {
  auto& entry = open_->requests[request];
  entry = {what, ++open_->last_attempt};
  here.owner().memory().measure(std::make_unique<delegate>(here, current, request, entry, open_),
                                what.execution == memory_execution::eager);
}

void memory_measurements::restart(isolate_scope& here, v8::Local<v8::Context> current) {
  auto open = open_->requests; // `start` changes them
  for (const auto& [request, entry] : open)
    start(here, current, request, entry.what);
}

bool memory_measurements::forget(request_id request) {
  return open_->requests.erase(request) != 0;
}

request_id memory_measurements::take() {
  if (open_->requests.empty())
    return 0;
  return open_->requests.extract(open_->requests.begin()).key();
}

bool memory_measurements::empty() const noexcept {
  return open_->requests.empty();
}

} // namespace troupe::js
