#pragma once

#include "runtime/run_ledger.hpp"

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// When to look at which context: one time each, the earliest asked for.
///
/// Pure logic: no clock, no threads.
class deadline_queue {
public:
  /// Asks for a look at `at`; an earlier one that is already asked for stands.
  void add(std::uint64_t key, js::steady_time at) {
    auto [known, fresh] = by_key_.try_emplace(key);
    if (!fresh) {
      if (known->second->first <= at)
        return;
      by_time_.erase(known->second);
    }
    known->second = by_time_.emplace(at, key);
  }

  void remove(std::uint64_t key) {
    if (auto known = by_key_.find(key); known != by_key_.end()) {
      by_time_.erase(known->second);
      by_key_.erase(known);
    }
  }

  /// Takes out all keys that are due.
  [[nodiscard]] std::vector<std::uint64_t> take_due(js::steady_time now) {
    std::vector<std::uint64_t> due;
    while (!by_time_.empty() && by_time_.begin()->first <= now) {
      due.push_back(by_time_.begin()->second);
      by_key_.erase(by_time_.begin()->second);
      by_time_.erase(by_time_.begin());
    }
    return due;
  }

  /// The earliest time; `never` when there is none.
  [[nodiscard]] js::steady_time next() const {
    return by_time_.empty() ? js::never : by_time_.begin()->first;
  }

private:
  using time_map = std::multimap<js::steady_time, std::uint64_t>;

  time_map by_time_;
  std::unordered_map<std::uint64_t, time_map::iterator> by_key_;
};

} // namespace troupe::actors
