#pragma once

#include "runtime/isolate.hpp"
#include "runtime/structured_clone.hpp"
#include "troupe/result.hpp"

#include <v8-context.h>
#include <v8-persistent-handle.h>

#include <string>

namespace troupe::testing {

/// A bare isolate and realm on the test's thread: for what lies below an
/// environment. Scripts in it are not stopped by anything.
class realm {
public:
  realm();

  /// A realm whose scripts get this little.
  explicit realm(const js::isolate_limits& limits);

  ~realm();

  /// Runs `code` and clones its value out. The code must not throw, the clone
  /// may: then `thrown()` is the exception's text.
  [[nodiscard]] result<value> out(const std::string& code,
                                  js::clone_mode mode = js::clone_mode::copy);

  /// Clones `item` in as the global `v`, then goes on like `out`.
  [[nodiscard]] result<value> with(const value& item, const std::string& code);

  /// Clones in and out again.
  [[nodiscard]] result<value> round_trip(const value& item) {
    return with(item, "v");
  }

  /// Text of the exception that was pending after the last call; else empty.
  [[nodiscard]] const std::string& thrown() const noexcept {
    return thrown_;
  }

  [[nodiscard]] js::isolate& owner() noexcept {
    return isolate_;
  }

private:
  /// @returns whether it worked; else sets `thrown_`.
  bool define(const value& item);

  js::isolate isolate_;
  v8::Global<v8::Context> context_;
  std::string thrown_;
};

} // namespace troupe::testing
