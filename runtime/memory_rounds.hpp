#pragma once

#include <v8-callbacks.h>
#include <v8-isolate.h>
#include <v8-statistics.h>

#include <memory>

namespace troupe::js {

class foreground_tasks;

/// The measurements of one isolate's memory. V8 measures while it collects garbage, and marks for
/// ever when there are realms that are not measured: those left out, and those made since the
/// measurement was asked for. So each round measures all realms for all who wait, in a
/// collection that begins and ends at once, between scripts.
///
/// Threads:  the isolate's.
/// Lifetime: ends before the isolate does; V8 may hold what is under way until then.
class memory_rounds {
public:
  memory_rounds(v8::Isolate* isolate, foreground_tasks& tasks);
  ~memory_rounds();

  memory_rounds(const memory_rounds&) = delete;
  memory_rounds& operator=(const memory_rounds&) = delete;

  /// Measures for `asker`, which is told of the realms that it wants, and dropped. An eager round
  /// comes when no script runs; others after the next collection, in ten seconds at the latest.
  void measure(std::unique_ptr<v8::MeasureMemoryDelegate> asker, bool eager);

private:
  struct state;
  class round;
  class task;

  static void begin(state& all);
  static void on_collected(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* all);

  std::shared_ptr<state> state_;
};

} // namespace troupe::js
