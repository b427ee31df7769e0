#include "runtime/code_cache.hpp"

#include "runtime/engine.hpp"

#include <v8-script.h>

#include <array>
#include <cstring>

namespace troupe::js {

namespace {

// The last digit is the version of this layout.
constexpr std::array<char, 8> magic{'T', 'R', 'P', 'C', 'A', 'C', 'H', '1'};

// magic · engine · source · size of the cache · cache · SHA-256 of all before
struct header {
  std::array<char, 8> magic{};
  sha256_digest engine{};
  sha256_digest source{};
  std::uint64_t size = 0;
};
static_assert(sizeof(header) == 8 + 32 + 32 + 8);

} // namespace

sha256_digest digest_of(source_kind kind, std::string_view code,
                        std::span<const std::string_view> parameters) {
  sha256 digest;
  digest.add(std::as_bytes(std::span{&kind, 1}));
  for (auto parameter : parameters)
    digest.add_text(parameter);
  digest.add_text(code);
  return digest.finish();
}

namespace {

code_cache_ptr keep(std::unique_ptr<v8::ScriptCompiler::CachedData> made) {
  if (!made || made->length <= 0)
    return nullptr;
  auto bytes = std::as_bytes(std::span{made->data, static_cast<std::size_t>(made->length)});
  return std::make_shared<const code_cache>(std::vector<std::byte>{bytes.begin(), bytes.end()});
}

} // namespace

code_cache_ptr make_code_cache(v8::Local<v8::UnboundScript> script) {
  using data = v8::ScriptCompiler::CachedData;
  return keep(std::unique_ptr<data>{v8::ScriptCompiler::CreateCodeCache(script)});
}

code_cache_ptr make_code_cache(v8::Local<v8::UnboundModuleScript> script) {
  using data = v8::ScriptCompiler::CachedData;
  return keep(std::unique_ptr<data>{v8::ScriptCompiler::CreateCodeCache(script)});
}

code_cache_ptr make_code_cache(v8::Local<v8::Function> function) {
  using data = v8::ScriptCompiler::CachedData;
  return keep(std::unique_ptr<data>{v8::ScriptCompiler::CreateCodeCacheForFunction(function)});
}

const sha256_digest& engine_fingerprint() {
  static const auto fingerprint = [] {
    // The tag covers V8's version, its flags and the features of the processor,
    // but not patches of a distribution: so the build counts too.
    auto tag = v8::ScriptCompiler::CachedDataVersionTag();
    return sha256{}
      .add_text(engine::version())
      .add_text(engine::build_id())
      .add(std::as_bytes(std::span{&tag, 1}))
      .finish();
  }();
  return fingerprint;
}

std::vector<std::byte> seal(const sha256_digest& source, const code_cache& cache) {
  header head{magic, engine_fingerprint(), source, cache.bytes().size()};
  auto begin = std::as_bytes(std::span{&head, 1});
  std::vector<std::byte> sealed;
  sealed.reserve(sizeof head + cache.bytes().size() + sha256_digest::size);
  sealed.insert(sealed.end(), begin.begin(), begin.end());
  sealed.insert(sealed.end(), cache.bytes().begin(), cache.bytes().end());
  auto checksum = sha256{}.add(sealed).finish();
  sealed.insert(sealed.end(), checksum.bytes.begin(), checksum.bytes.end());
  return sealed;
}

code_cache_ptr unseal(const sha256_digest& source, std::span<const std::byte> sealed) {
  header head;
  if (sealed.size() < sizeof head + sha256_digest::size)
    return nullptr;
  std::memcpy(&head, sealed.data(), sizeof head);
  auto body = sealed.subspan(sizeof head, sealed.size() - sizeof head - sha256_digest::size);
  if (head.magic != magic || head.engine != engine_fingerprint() || head.source != source
      || head.size != body.size())
    return nullptr;
  auto checksum = sha256{}.add(sealed.first(sizeof head + body.size())).finish();
  if (std::memcmp(checksum.bytes.data(), sealed.last(sha256_digest::size).data(),
                  sha256_digest::size)
      != 0)
    return nullptr;
  return std::make_shared<const code_cache>(std::vector<std::byte>{body.begin(), body.end()});
}

} // namespace troupe::js
