#pragma once

#include "runtime/sha256.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace v8 {
class Function;
class UnboundModuleScript;
class UnboundScript;
template <class T>
class Local;
} // namespace v8

namespace troupe::js {

/// What V8 has compiled a source to, as bytes that only this build of V8 can read.
/// Immutable, shared by threads. V8 believes every byte of it: one flipped bit ends
/// the process, or runs something else. So it is either made here or was unsealed.
class code_cache {
public:
  explicit code_cache(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {
  }

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return bytes_;
  }

private:
  std::vector<std::byte> bytes_;
};

using code_cache_ptr = std::shared_ptr<const code_cache>;

/// What was compiled: each kind gives another result from the same text.
enum class source_kind : std::uint8_t { script, function, module };

/// Names a source by its content: its text and, of a function, its parameters.
/// File name and offsets do not count: V8 takes those of the use.
[[nodiscard]] sha256_digest digest_of(source_kind kind, std::string_view code,
                                      std::span<const std::string_view> parameters = {});

/// V8's own view of what it has compiled so far, functions that have run
/// included. Isolate thread. @returns null when V8 gives none, as of asm.js.
[[nodiscard]] code_cache_ptr make_code_cache(v8::Local<v8::UnboundScript> script);

/// The same of a module.
[[nodiscard]] code_cache_ptr make_code_cache(v8::Local<v8::UnboundModuleScript> script);

/// The same of a function; it must have been compiled as one (`compile_function`).
[[nodiscard]] code_cache_ptr make_code_cache(v8::Local<v8::Function> function);

// -- sealed caches ----------------------------------------------------------------
//
// A cache that leaves the process is sealed: with the digest of its source, the
// fingerprint of the engine and a SHA-256 over all of it. V8's own check looks at
// its version, its flags and the *length* of the source, not at the rest.
//
// A seal tells damage and mistakes, not malice: whoever can write caches can write
// code. Only take caches from where you would take scripts that you trust.

/// This build of V8 with its flags: a cache is good for no other.
[[nodiscard]] const sha256_digest& engine_fingerprint();

[[nodiscard]] std::vector<std::byte> seal(const sha256_digest& source, const code_cache& cache);

/// @returns null unless every byte is as `seal` made it, for this source and this
/// engine.
[[nodiscard]] code_cache_ptr unseal(const sha256_digest& source,
                                    std::span<const std::byte> sealed);

} // namespace troupe::js
