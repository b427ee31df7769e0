#pragma once

#include "runtime/lease.hpp"
#include "runtime/structured_clone.hpp"
#include "runtime/value_host.hpp"
#include "troupe/options.hpp"
#include "troupe/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace troupe::js {

class host_calls;

/// What goes between one context and its host: copies, and leases on what cannot be copied.
///
/// Threads:  the isolate's.
/// Lifetime: must end before its isolate; outlived by `calls`.
class value_exchange final : public value_host {
public:
  /// `context`: its name, for errors. `identity`: what references carry. `stopping`: is what
  /// runs to stop?
  value_exchange(std::string context, std::shared_ptr<loop_waker> waker,
                 std::shared_ptr<const void> identity, host_calls& calls,
                 std::function<bool()> stopping)
    : context_(std::move(context)), leases_(std::move(waker), std::move(identity)), calls_(calls),
      stopping_(std::move(stopping)) {
  }

  [[nodiscard]] lease_table& leases() noexcept {
    return leases_;
  }

  /// The object behind a lease; the global object for `undefined`.
  [[nodiscard]] result<v8::Local<v8::Object>> find_object(isolate_scope& here,
                                                          v8::Local<v8::Context> context,
                                                          const value& of) const;

  /// The module behind a lease.
  [[nodiscard]] result<module_hold> find_module(isolate_scope& here, const value& of) const;

  /// What the host asked for of a script's value. May run script.
  [[nodiscard]] result<value> take(isolate_scope& here, v8::Local<v8::Context> context,
                                   v8::Local<v8::Value> from, take_as how, bool display_errors,
                                   clone_budget* spent = nullptr);

  /// An export of a module: a copy, or a reference to a function or what cannot be copied.
  [[nodiscard]] result<value> take_export(isolate_scope& here, v8::Local<v8::Context> context,
                                          v8::Local<v8::Value> from, take_as how,
                                          clone_budget* spent = nullptr);

  // -- value_host ---------------------------------------------------------------

  [[nodiscard]] v8::MaybeLocal<v8::Value> make_function(
    isolate_scope& here, v8::Local<v8::Context> context,
    std::shared_ptr<const detail::host_callable> callable) override;
  [[nodiscard]] v8::MaybeLocal<v8::Value> find_leased(isolate_scope& here,
                                                      const lease& which) override;
  [[nodiscard]] bool stopping() const override {
    return stopping_();
  }

private:
  [[nodiscard]] error missing_lease(lease_table::finding what) const;
  /// All exports of a module.
  [[nodiscard]] result<value> take_namespace(isolate_scope& here, v8::Local<v8::Context> context,
                                             v8::Local<v8::Object> from, take_as how);

  const std::string context_;
  lease_table leases_;
  host_calls& calls_;
  std::function<bool()> stopping_;
};

} // namespace troupe::js
