#pragma once

#include "runtime/isolate.hpp"
#include "runtime/loop_inbox.hpp"
#include "runtime/module_record.hpp"
#include "runtime/sha256.hpp"
#include "troupe/value.hpp"

#include <v8-object.h>
#include <v8-persistent-handle.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

namespace troupe::js {

/// Names a script object that something outside its isolate holds; unique within
/// its context, 0 = none.
using lease_id = std::uint64_t;

/// Where leases that have ended are given back.
using lease_returns = loop_inbox<lease_id>;

/// A hold on an object of a script, from outside its isolate: what a `value` of
/// the kind `reference` keeps. The object lives as long as the lease does, and
/// the context.
///
/// Threads:  immutable; any.
/// Lifetime: may outlive the context.
class lease {
public:
  /// `owner` is what the upper layers know the context by.
  lease(std::shared_ptr<lease_returns> home, lease_id id, bool callable,
        std::shared_ptr<const void> owner)
    : home_(std::move(home)), id_(id), callable_(callable), owner_(std::move(owner)) {
  }

  ~lease() {
    home_->post(id_);
  }

  lease(const lease&) = delete;
  lease& operator=(const lease&) = delete;

  [[nodiscard]] lease_id id() const noexcept {
    return id_;
  }

  /// Is the object a function?
  [[nodiscard]] bool callable() const noexcept {
    return callable_;
  }

  [[nodiscard]] const std::shared_ptr<const void>& owner() const noexcept {
    return owner_;
  }

  /// Names the context, among those of this process.
  [[nodiscard]] const lease_returns* home() const noexcept {
    return home_.get();
  }

private:
  std::shared_ptr<lease_returns> home_;
  lease_id id_;
  bool callable_;
  std::shared_ptr<const void> owner_;
};

/// The lease behind a value of the kind `reference`; null for other values.
[[nodiscard]] std::shared_ptr<const lease> lease_of(const value& from);

/// The objects of one isolate that are on lease.
///
/// Threads:  the isolate's.
/// Lifetime: must end before its isolate.
class lease_table {
public:
  lease_table(std::shared_ptr<loop_waker> waker, std::shared_ptr<const void> owner)
    : returns_(std::make_shared<lease_returns>(std::move(waker))), owner_(std::move(owner)) {
  }

  ~lease_table() {
    returns_->close();
  }

  lease_table(const lease_table&) = delete;
  lease_table& operator=(const lease_table&) = delete;

  /// A value of the kind `reference`. `digest` is that of the source when the object
  /// is a function that was compiled by itself.
  [[nodiscard]] value add(isolate_scope& here, v8::Local<v8::Object> object,
                          const std::optional<sha256_digest>& digest = {});

  /// A lease on a module, which is no object.
  [[nodiscard]] value add(module_hold module);

  enum class finding { found, module, foreign, stale };

  struct found_object {
    finding what;
    v8::Local<v8::Object> object{};
    std::optional<sha256_digest> digest{};
    module_hold module{};
  };

  /// The object; there is none when the lease is another context's, or `clear`
  /// has ended it.
  [[nodiscard]] found_object find(isolate_scope& here, const lease& which) const;

  /// Lets go of what has been given back.
  void collect() {
    for (auto id : returns_->take())
      objects_.erase(id);
  }

  /// Ends all leases.
  void clear() {
    objects_.clear();
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return objects_.size();
  }

private:
  /// Within one turn a script can have more made than there is room for.
  void make_room();

  static constexpr std::size_t look_at_min = 1024;

  std::shared_ptr<lease_returns> returns_;
  std::shared_ptr<const void> owner_;
  std::size_t look_at_ = look_at_min;
  struct entry {
    v8::Global<v8::Object> object;
    std::optional<sha256_digest> digest;
    module_hold module;
  };

  std::unordered_map<lease_id, entry> objects_;
  lease_id last_id_ = 0;
};

} // namespace troupe::js
