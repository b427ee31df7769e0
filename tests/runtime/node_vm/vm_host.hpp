#pragma once

#include "tests/support/script_host.hpp"

#include <catch2/catch_test_macros.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace troupe::testing {

/// An environment whose scripts have `node:vm`, as the global `vm`. A thread stands in
/// for the watchdog: it looks at the deadlines when they are due.
class vm_host {
public:
  explicit vm_host(context_options options = {}) : host_(with_vm(std::move(options))) {
    if (!host_.prepared)
      FAIL(host_.prepared.error().to_string());
    host_.on_arm = [this](js::steady_time at) { arm(at); };
    watchdog_ = std::thread{[this, ledger = host_.environment().ledger()] { watch(*ledger); }};
    host_.value_of("globalThis.vm = require('node:vm'); 0");
  }

  ~vm_host() {
    {
      std::lock_guard guard{mutex_};
      ends_ = true;
    }
    changed_.notify_one();
    watchdog_.join();
  }

  vm_host(const vm_host&) = delete;
  vm_host& operator=(const vm_host&) = delete;

  /// What the body of a function gives, as JSON; of an exception, `name: message [code]`.
  std::string json(const std::string& body) {
    return host_
      .value_of("try { JSON.stringify((() => {" + body
                + "\n})()) ?? 'undefined' } catch (e) { e !== null && typeof e === "
                  "'object' ? e.name + ': ' + e.message + (e.code ? ' [' + e.code + ']' "
                  ": '') : 'threw ' + String(e) }")
      .as<std::string>();
  }

  /// The same of an asynchronous function.
  std::string json_later(const std::string& body) {
    return host_
      .value_of("(async () => {" + body
                + "\n})().then(x => JSON.stringify(x) ?? "
                  "'undefined')")
      .as<std::string>();
  }

  script_host& operator*() {
    return host_;
  }

  script_host* operator->() {
    return &host_;
  }

private:
  static context_options with_vm(context_options options) {
    options.console = true;
    options.builtins =
      options.builtins | builtin_set{builtin::require, builtin::node_util, builtin::node_vm};
    return options;
  }

  void arm(js::steady_time at) {
    {
      std::lock_guard guard{mutex_};
      due_ = std::min(due_, at);
    }
    changed_.notify_one();
  }

  void watch(js::run_ledger& ledger) {
    std::unique_lock lock{mutex_};
    while (!ends_) {
      if (due_ == js::never) {
        changed_.wait(lock);
        continue;
      }
      if (std::chrono::steady_clock::now() < due_) {
        changed_.wait_until(lock, due_);
        continue;
      }
      due_ = js::never;
      lock.unlock();
      auto next = ledger.expire(std::chrono::steady_clock::now()).next;
      lock.lock();
      due_ = std::min(due_, next);
    }
  }

  script_host host_;
  std::mutex mutex_;
  std::condition_variable changed_;
  js::steady_time due_ = js::never;
  bool ends_ = false;
  std::thread watchdog_;
};

} // namespace troupe::testing
