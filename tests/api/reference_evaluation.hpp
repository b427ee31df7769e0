#pragma once

#include "tests/api/generated_graph.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe::testing {

/// Evaluates generated graphs as ECMA-262 says, step by step
/// (https://tc39.es/ecma262/#sec-source-text-module-records): what the real thing is held
/// against. Promise jobs and timers are queues of functions.
class reference_evaluation {
public:
  enum class state { unlinked, linked, evaluating, evaluating_async, evaluated };

  /// What became of one `Evaluate`.
  struct outcome {
    bool settled = false;
    std::optional<std::size_t> thrown_by; ///< None: fulfilled.
  };

  explicit reference_evaluation(const generated_graph& graph);

  /// Can a graph be linked from there? Then it is. (InnerModuleLinking)
  bool link(std::size_t root);

  /// Evaluate, and then all jobs and timers, until there are none.
  outcome evaluate(std::size_t root);

  /// What the modules have written down since the last time.
  [[nodiscard]] std::vector<std::string> take_log();

  [[nodiscard]] state state_of(std::size_t module) const {
    return records_[module].status;
  }

  [[nodiscard]] std::optional<std::size_t> error_of(std::size_t module) const {
    return records_[module].error;
  }

  /// Of its export `v`; none: it is not initialised.
  [[nodiscard]] std::optional<int> value_of(std::size_t module) const {
    return records_[module].v;
  }

private:
  static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

  /// A Cyclic Module Record, its fields named as there.
  struct cyclic_record {
    state status = state::unlinked;
    std::optional<std::size_t> error; // [[EvaluationError]]: who has thrown it
    std::size_t dfs_index = 0;
    std::size_t dfs_ancestor_index = 0;
    std::size_t cycle_root = nobody;
    std::optional<std::size_t> async_order; // [[AsyncEvaluationOrder]], an integer
    std::size_t pending_async = 0;
    std::vector<std::size_t> async_parents;
    outcome* capability = nullptr; // [[TopLevelCapability]]
    std::optional<int> v;
  };

  /// @returns who has thrown.
  using completion = std::optional<std::size_t>;

  [[nodiscard]] std::vector<std::size_t> requested(std::size_t module) const;
  completion inner_evaluate(std::size_t module, std::vector<std::size_t>& stack,
                            std::size_t& index);
  void execute_async(std::size_t module);
  completion execute(std::size_t module);
  void go_on(std::size_t module, std::size_t pauses_done);
  completion body_from(std::size_t module, std::size_t pauses_done, bool& paused);
  void gather_available_ancestors(std::size_t module, std::vector<std::size_t>& list);
  void async_fulfilled(std::size_t module);
  void async_rejected(std::size_t module, std::size_t thrown_by);
  void resolve(std::size_t module);
  void run_jobs();

  const generated_graph& graph_;
  std::vector<cyclic_record> records_;
  std::vector<std::string> log_;
  std::deque<outcome> capabilities_;
  std::deque<std::function<void()>> jobs_;
  std::deque<std::function<void()>> timers_;
  std::size_t next_async_order_ = 0;
};

} // namespace troupe::testing
