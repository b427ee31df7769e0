#include "runtime/sha256.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdint>
#include <new>

namespace troupe::js {

std::string sha256_digest::to_hex() const {
  std::string hex;
  hex.reserve(2 * size);
  for (auto byte : bytes)
    fmt::format_to(std::back_inserter(hex), "{:02x}", std::to_integer<unsigned>(byte));
  return hex;
}

void sha256::deleter::operator()(evp_md_ctx_st* state) const noexcept {
  EVP_MD_CTX_free(state);
}

namespace {

/// Looked up once, and never given back: threads of isolates that were given up may still be
/// in here when the process ends, and OpenSSL would clean up under their feet.
const EVP_MD* algorithm() {
  static const EVP_MD* const found = [] {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
    return EVP_MD_fetch(nullptr, "SHA256", nullptr);
  }();
  return found;
}

} // namespace

// OpenSSL refuses only for want of memory.
sha256::sha256() : state_(EVP_MD_CTX_new()) {
  if (!state_ || EVP_DigestInit_ex(state_.get(), algorithm(), nullptr) != 1)
    throw std::bad_alloc{};
}

sha256::~sha256() = default;

sha256& sha256::add(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(state_.get(), bytes.data(), bytes.size()) != 1)
    throw std::bad_alloc{};
  return *this;
}

sha256& sha256::add_text(std::string_view text) {
  std::uint64_t size = text.size();
  add(std::as_bytes(std::span{&size, 1}));
  return add(std::as_bytes(std::span{text}));
}

sha256_digest sha256::finish() {
  sha256_digest digest;
  unsigned size = 0;
  if (EVP_DigestFinal_ex(state_.get(), reinterpret_cast<unsigned char*>(digest.bytes.data()),
                         &size)
      != 1)
    throw std::bad_alloc{};
  return digest;
}

} // namespace troupe::js
