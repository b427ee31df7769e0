#include "tests/api/reference_evaluation.hpp"

#include <algorithm>
#include <utility>

namespace troupe::testing {

reference_evaluation::reference_evaluation(const generated_graph& graph)
  : graph_(graph), records_(graph.size()) {
}

std::vector<std::string> reference_evaluation::take_log() {
  return std::exchange(log_, {});
}

/// [[RequestedModules]]: each request once.
std::vector<std::size_t> reference_evaluation::requested(std::size_t module) const {
  std::vector<std::size_t> each_once;
  for (auto target : graph_[module].imports)
    if (std::ranges::find(each_once, target) == each_once.end())
      each_once.push_back(target);
  return each_once;
}

bool reference_evaluation::link(std::size_t root) {
  auto reached = graph_.reached_from(root);
  if (std::ranges::any_of(
        reached, [&](auto each) { return graph_[each].broken != generated_module::fault::none; }))
    return false;
  for (auto each : reached)
    if (records_[each].status == state::unlinked)
      records_[each].status = state::linked;
  return true;
}

// https://tc39.es/ecma262/#sec-moduleevaluation
reference_evaluation::outcome reference_evaluation::evaluate(std::size_t root) {
  auto module = root;
  if (records_[module].status >= state::evaluating_async && records_[module].cycle_root != nobody)
    module = records_[module].cycle_root;
  else if (records_[module].status == state::evaluated)
    return {true, records_[module].error};
  auto& record = records_[module];
  if (record.capability == nullptr) {
    record.capability = &capabilities_.emplace_back();
    std::vector<std::size_t> stack;
    std::size_t index = 0;
    if (auto thrown = inner_evaluate(module, stack, index)) {
      for (auto each : stack) {
        records_[each].status = state::evaluated;
        records_[each].error = thrown;
      }
      *record.capability = {true, thrown};
    } else if (!record.async_order) {
      resolve(module);
    }
  }
  run_jobs();
  return *record.capability;
}

// https://tc39.es/ecma262/#sec-innermoduleevaluation
reference_evaluation::completion reference_evaluation::inner_evaluate(
  std::size_t module, std::vector<std::size_t>& stack, std::size_t& index) {
  auto& record = records_[module];
  if (record.status == state::evaluating_async || record.status == state::evaluated)
    return record.error;
  if (record.status == state::evaluating)
    return std::nullopt;
  record.status = state::evaluating;
  record.dfs_index = record.dfs_ancestor_index = index++;
  record.pending_async = 0;
  stack.push_back(module);
  for (auto target : requested(module)) {
    if (auto thrown = inner_evaluate(target, stack, index))
      return thrown;
    if (records_[target].status == state::evaluating) {
      record.dfs_ancestor_index =
        std::min(record.dfs_ancestor_index, records_[target].dfs_ancestor_index);
    } else {
      target = records_[target].cycle_root;
      if (records_[target].error)
        return records_[target].error;
    }
    if (records_[target].async_order) {
      ++record.pending_async;
      records_[target].async_parents.push_back(module);
    }
  }
  if (record.pending_async > 0 || graph_[module].waits()) {
    record.async_order = next_async_order_++;
    if (record.pending_async == 0)
      execute_async(module);
  } else if (auto thrown = execute(module)) {
    return thrown;
  }
  if (record.dfs_ancestor_index == record.dfs_index)
    for (auto last = nobody; last != module;) {
      last = stack.back();
      stack.pop_back();
      records_[last].status =
        records_[last].async_order ? state::evaluating_async : state::evaluated;
      records_[last].cycle_root = module;
    }
  return std::nullopt;
}

// https://tc39.es/ecma262/#sec-execute-async-module
void reference_evaluation::execute_async(std::size_t module) {
  std::string seen;
  for (auto target : graph_[module].imports)
    seen += records_[target].v ? std::to_string(*records_[target].v) : "x";
  log_.push_back("s" + std::to_string(module) + ":" + seen);
  records_[module].v = 0;
  go_on(module, 0);
}

/// A body with `await` runs until the next one.
void reference_evaluation::go_on(std::size_t module, std::size_t pauses_done) {
  bool paused = false;
  auto thrown = body_from(module, pauses_done, paused);
  if (paused)
    return;
  // Its promise has settled: the reactions are jobs.
  jobs_.push_back([this, module, thrown] {
    if (thrown)
      async_rejected(module, *thrown);
    else
      async_fulfilled(module);
  });
}

/// ExecuteModule of a module without `await`.
reference_evaluation::completion reference_evaluation::execute(std::size_t module) {
  std::string seen;
  for (auto target : graph_[module].imports)
    seen += records_[target].v ? std::to_string(*records_[target].v) : "x";
  log_.push_back("s" + std::to_string(module) + ":" + seen);
  records_[module].v = 0;
  bool paused = false;
  return body_from(module, 0, paused);
}

reference_evaluation::completion reference_evaluation::body_from(std::size_t module,
                                                                 std::size_t pauses_done,
                                                                 bool& paused) {
  const auto& made = graph_[module];
  auto me = std::to_string(module);
  if (pauses_done > 0)
    log_.push_back("a" + me);
  if (made.throws_after == static_cast<int>(pauses_done))
    return module;
  if (pauses_done < made.pauses.size()) {
    paused = true;
    auto next = [this, module, pauses_done] { go_on(module, pauses_done + 1); };
    if (made.pauses[pauses_done] == generated_module::pause::timer)
      timers_.push_back([this, next] { jobs_.push_back(next); });
    else
      jobs_.push_back(next);
    return std::nullopt;
  }
  records_[module].v = 1;
  log_.push_back("e" + me);
  return std::nullopt;
}

// https://tc39.es/ecma262/#sec-gather-available-ancestors
void reference_evaluation::gather_available_ancestors(std::size_t module,
                                                      std::vector<std::size_t>& list) {
  for (auto parent : records_[module].async_parents) {
    auto& record = records_[parent];
    // One whose evaluation has thrown on the way up has no root.
    const auto& root = record.cycle_root == nobody ? record : records_[record.cycle_root];
    if (std::ranges::find(list, parent) != list.end() || root.error)
      continue;
    if (--record.pending_async > 0)
      continue;
    list.push_back(parent);
    if (!graph_[parent].waits())
      gather_available_ancestors(parent, list);
  }
}

// https://tc39.es/ecma262/#sec-async-module-execution-fulfilled
void reference_evaluation::async_fulfilled(std::size_t module) {
  auto& record = records_[module];
  if (record.status == state::evaluated)
    return;
  record.async_order.reset();
  record.status = state::evaluated;
  resolve(module);
  std::vector<std::size_t> list;
  gather_available_ancestors(module, list);
  std::ranges::sort(list, {}, [this](auto each) { return *records_[each].async_order; });
  for (auto each : list) {
    auto& parent = records_[each];
    if (parent.status == state::evaluated)
      continue;
    if (graph_[each].waits()) {
      execute_async(each);
    } else if (auto thrown = execute(each)) {
      async_rejected(each, *thrown);
    } else {
      parent.async_order.reset();
      parent.status = state::evaluated;
      resolve(each);
    }
  }
}

// https://tc39.es/ecma262/#sec-async-module-execution-rejected
void reference_evaluation::async_rejected(std::size_t module, std::size_t thrown_by) {
  auto& record = records_[module];
  if (record.status == state::evaluated)
    return;
  record.error = thrown_by;
  record.status = state::evaluated;
  record.async_order.reset();
  for (auto parent : record.async_parents)
    async_rejected(parent, thrown_by);
  if (record.capability != nullptr)
    *record.capability = {true, thrown_by};
}

void reference_evaluation::resolve(std::size_t module) {
  if (records_[module].capability != nullptr)
    *records_[module].capability = {true, std::nullopt};
}

void reference_evaluation::run_jobs() {
  while (!jobs_.empty() || !timers_.empty()) {
    auto& queue = jobs_.empty() ? timers_ : jobs_;
    auto next = std::move(queue.front());
    queue.pop_front();
    next();
  }
}

} // namespace troupe::testing
