#pragma once

#include "troupe/context.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace troupe::detail {

/// Compiles scripts for `runtime::compile` in a context that runs nothing; it is
/// spawned with the first request.
///
/// Threads:  any.
/// Lifetime: shared, since the spawn may answer late.
class compiler : public std::enable_shared_from_this<compiler> {
public:
  explicit compiler(std::function<future<context>()> spawn) : spawn_(std::move(spawn)) {
  }

  [[nodiscard]] future<script> compile(script what, std::shared_ptr<callback_queue> callbacks);

  void close();

private:
  struct job {
    script what;
    std::shared_ptr<future_state<script>> state;
  };

  void start(result<context> spawned);

  std::function<future<context>()> spawn_;
  std::mutex mutex_;
  // Guarded by mutex_.
  context context_;
  std::vector<job> waiting_;
};

} // namespace troupe::detail
