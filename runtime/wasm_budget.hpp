#pragma once

#include "runtime/wasm_needs.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace troupe::js {

/// What V8 13.6 bounds for all isolates of a process together. When one of these tables is full
/// it ends the process, or the isolate that asked, which keeps the table locked for all others.
struct wasm_bounds {
  /// V8 has room for 1,000,000, and never forgets one.
  std::uint64_t types = 900'000;
  std::uint64_t types_of_one = 90'000; ///< Of those, by one isolate.
  /// V8 has room for 16,777,216, of the modules that are alive.
  std::uint64_t functions = 14'000'000;
  std::uint64_t functions_of_one = 2'000'000;
};

/// The functions of the modules that are alive.
///
/// Threads: any.
class wasm_functions {
public:
  explicit wasm_functions(std::uint64_t bound) : bound_(bound) {
  }

  /// Whoever has the same key has the same functions.
  /// @returns false, and adds none, when they would be too many.
  [[nodiscard]] bool add(const sha256_digest& key, std::uint64_t functions);
  void remove(const sha256_digest& key);

private:
  struct living {
    std::uint64_t functions = 0;
    std::size_t times = 0;
  };

  const std::uint64_t bound_;
  std::mutex mutex_; ///< Guards all below.
  std::map<sha256_digest, living> modules_;
  std::uint64_t taken_ = 0;
};

/// What the tables of the process hold.
///
/// Threads: any.
class wasm_tables {
public:
  explicit wasm_tables(const wasm_bounds& bounds = {});

  /// Those of V8 in this process.
  [[nodiscard]] static std::shared_ptr<wasm_tables> of_process();

  [[nodiscard]] const wasm_bounds& bounds() const noexcept {
    return bounds_;
  }

  [[nodiscard]] wasm_functions& functions() noexcept {
    return functions_;
  }

  /// Adds the types that are new, or none: when they, or those of one isolate, which has
  /// `taken`, would be too many.
  [[nodiscard]] bool add_types(const wasm_needs& needs, std::uint64_t& taken);

private:
  const wasm_bounds bounds_;
  wasm_functions functions_;
  std::mutex mutex_; ///< Guards all below.
  std::set<sha256_digest> types_;
  std::uint64_t types_taken_ = 0;
};

/// The share of one isolate.
///
/// Threads: one.
class wasm_budget {
public:
  /// A module that is alive; counts until it ends. May outlive the budget.
  class charge {
  public:
    charge() = default;
    charge(charge&&) = default;
    charge& operator=(charge&& other) noexcept;
    ~charge();

  private:
    friend class wasm_budget;

    std::shared_ptr<wasm_tables> tables_;
    std::shared_ptr<wasm_functions> own_; // of the isolate
    sha256_digest module_;
  };

  explicit wasm_budget(std::shared_ptr<wasm_tables> tables = wasm_tables::of_process());

  /// @returns false when there is no room for its types.
  [[nodiscard]] bool admit_types(const wasm_needs& needs);

  /// The type of a `WebAssembly.Tag`, by the names of its parameters' types.
  [[nodiscard]] bool admit_tag(std::string_view parameters);

  /// @param shared V8 has the functions of modules with the same bytes once for the process,
  ///        while one of them is alive; but not when they were compiled with options.
  /// @returns false when there is no room for its functions.
  [[nodiscard]] bool admit_functions(std::span<const std::byte> module, const wasm_needs& needs,
                                     bool shared, charge& to);

private:
  std::shared_ptr<wasm_tables> tables_;
  std::shared_ptr<wasm_functions> own_;
  std::string unshared_name_; ///< Of this budget, among others that are alive.
  std::uint64_t types_taken_ = 0;
  std::uint64_t unshared_ = 0; ///< How many there were.
};

} // namespace troupe::js
