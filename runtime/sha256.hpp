#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st; // EVP_MD_CTX

namespace troupe::js {

/// A SHA-256 digest: nobody can make two texts that have the same one.
struct sha256_digest {
  static constexpr std::size_t size = 32;

  std::array<std::byte, size> bytes{};

  [[nodiscard]] std::string to_hex() const;

  friend auto operator<=>(const sha256_digest&, const sha256_digest&) = default;
};

/// Computes one digest, piece by piece.
///
/// Threads: one at a time.
class sha256 {
public:
  sha256();
  ~sha256();

  sha256(const sha256&) = delete;
  sha256& operator=(const sha256&) = delete;

  sha256& add(std::span<const std::byte> bytes);
  /// With its length, so that the limits between pieces count.
  sha256& add_text(std::string_view text);

  /// Nothing may be added afterwards.
  [[nodiscard]] sha256_digest finish();

private:
  struct deleter {
    void operator()(evp_md_ctx_st* state) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, deleter> state_;
};

} // namespace troupe::js
