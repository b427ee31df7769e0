// Code caches: S3, S4.

#include "runtime/code_cache.hpp"
#include "runtime/engine.hpp"
#include "runtime/isolate.hpp"
#include "runtime/script.hpp"
#include "tests/support/generated_source.hpp"
#include "tests/support/seed.hpp"

#include <catch2/catch_test_macros.hpp>
#include <v8-exception.h>

#include <algorithm>
#include <memory>

using namespace troupe;
using namespace troupe::js;
using namespace troupe::testing;

namespace {

/// An isolate and a realm, to compile in.
class workshop {
public:
  workshop()
    : isolate_(engine::start(), {std::size_t{128} << 20, std::size_t{16} << 20, 984 * 1024},
               std::make_shared<loop_waker>(), {[] {}, [](const char*) {}}) {
    isolate_scope here{isolate_};
    context_.Reset(here.v8(), v8::Context::New(here.v8()));
  }

  ~workshop() {
    scripts_ = {};
    context_.Reset();
  }

  struct outcome {
    bool compiled = false;
    bool from_source = false;
    int value = 0;
  };

  /// Compiles and, unless told otherwise, runs.
  outcome run(const script_source& source, bool compile_only = false) {
    isolate_scope here{isolate_};
    auto context = context_.Get(here.v8());
    v8::Context::Scope entered{context};
    v8::TryCatch caught{here.v8()};
    auto compiled = scripts_.compile(here, context, source);
    if (!compiled)
      return {};
    outcome seen{true, compiled->from_source};
    v8::Local<v8::Value> last;
    if (!compile_only && compiled->script->Run(context).ToLocal(&last))
      seen.value = last->Int32Value(context).FromMaybe(-1);
    return seen;
  }

  void share(const script_source& source) {
    isolate_scope here{isolate_};
    scripts_.share(here, source.id, *source.cache);
  }

  code_cache_ptr make(const script_source& source) {
    isolate_scope here{isolate_};
    auto context = context_.Get(here.v8());
    auto compiled = scripts_.compile(here, context, source);
    return make_code_cache(compiled->script->GetUnboundScript());
  }

private:
  isolate isolate_;
  v8::Global<v8::Context> context_;
  script_cache scripts_;
};

script_source source_of(std::string code, std::vector<std::byte> cached_data = {}) {
  static std::uint64_t last_id = 0;
  script_source made{++last_id, std::move(code), {}, std::make_shared<shared_code_cache>()};
  made.options.cached_data = std::move(cached_data);
  return made;
}

/// A sealed cache of `code`, which has run.
std::vector<std::byte> sealed_cache_of(const std::string& code) {
  workshop made;
  auto source = source_of(code);
  made.run(source);
  return seal(digest_of(source_kind::script, code), *made.make(source));
}

} // namespace

// -- what names a source -----------------------------------------------------------

TEST_CASE("sources have the same digest when text, kind and parameters are the same",
          "[runtime][code_cache][S3]") {
  std::vector<std::string_view> ab{"a", "b"};
  std::vector<std::string_view> a_b{"a,b"};
  auto script = digest_of(source_kind::script, "return 1");
  CHECK(script == digest_of(source_kind::script, "return 1"));
  CHECK(script != digest_of(source_kind::script, "return 2"));
  CHECK(script != digest_of(source_kind::function, "return 1"));
  CHECK(digest_of(source_kind::function, "c", ab) != digest_of(source_kind::function, "c", a_b));
  CHECK(digest_of(source_kind::function, "bc", std::span{ab}.first(1))
        != digest_of(source_kind::function, "c", ab));
}

TEST_CASE("SHA-256 gives what the standard says", "[runtime][code_cache]") {
  CHECK(sha256{}.add(std::as_bytes(std::span{"abc", 3})).finish().to_hex()
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("the engine's build is known by its build id", "[runtime][code_cache]") {
  const auto& id = engine::build_id();
  CAPTURE(id);
  CHECK(id.size() >= 16);
  CHECK(std::ranges::all_of(id, [](unsigned char c) { return std::isxdigit(c) != 0; }));
}

// -- seals ---------------------------------------------------------------------------

TEST_CASE("a sealed cache unseals for its source and for no other", "[runtime][code_cache][S3]") {
  std::string code = "6 * 7";
  auto sealed = sealed_cache_of(code);
  CHECK(unseal(digest_of(source_kind::script, code), sealed));
  // V8 itself compares only the length.
  CHECK_FALSE(unseal(digest_of(source_kind::script, "6 * 8"), sealed));
  CHECK_FALSE(unseal(digest_of(source_kind::function, code), sealed));
}

TEST_CASE("a sealed cache with any bit flipped is rejected", "[runtime][code_cache][S3]") {
  std::string code = "(() => 6 * 7)()";
  auto digest = digest_of(source_kind::script, code);
  auto sealed = sealed_cache_of(code);
  for (std::size_t i = 0; i < sealed.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      auto damaged = sealed;
      damaged[i] ^= std::byte{1} << bit;
      if (unseal(digest, damaged))
        FAIL("accepted with bit " << bit << " of byte " << i << " flipped");
    }
}

TEST_CASE("a sealed cache that is cut or extended anywhere is rejected",
          "[runtime][code_cache][S3]") {
  std::string code = "(() => 6 * 7)()";
  auto digest = digest_of(source_kind::script, code);
  auto sealed = sealed_cache_of(code);
  for (std::size_t size = 0; size < sealed.size(); ++size)
    if (unseal(digest, std::span{sealed}.first(size)))
      FAIL("accepted when cut to " << size << " bytes");
  sealed.push_back(std::byte{0});
  CHECK_FALSE(unseal(digest, sealed));
}

TEST_CASE("whatever is done to a sealed cache, it is rejected and the script runs",
          "[runtime][code_cache][S3]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  auto code = generated_source(2000);
  auto sealed = sealed_cache_of(code);
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    workshop there;
    auto damaged = sealed;
    switch (random.below(5)) {
      case 0: // flips
        for (auto flips = 1 + random.below(8); flips-- != 0;)
          damaged[random.below(damaged.size())] ^= std::byte{1} << random.below(8);
        break;
      case 1: // a cut, perhaps in the middle
        damaged.erase(damaged.begin() + static_cast<std::ptrdiff_t>(random.below(damaged.size())),
                      random.one_in(2) ? damaged.end() : damaged.end() - 1);
        break;
      case 2: // noise from somewhere on
        for (auto i = random.below(damaged.size()); i < damaged.size(); ++i)
          damaged[i] = static_cast<std::byte>(random.bits());
        break;
      case 3: { // two pieces change places
        auto middle = 1 + random.below(damaged.size() - 1);
        std::ranges::rotate(damaged, damaged.begin() + static_cast<std::ptrdiff_t>(middle));
        break;
      }
      default: // nothing but noise
        damaged.resize(random.below(4096));
        for (auto& byte : damaged)
          byte = static_cast<std::byte>(random.bits());
        break;
    }
    if (damaged == sealed) // flipped twice
      continue;
    // Sometimes for another text of the same size, as V8 looks at that.
    auto other = code;
    auto number = round % 2 == 0 ? 42 : 10 + round % 90;
    other.replace(other.size() - 2, 2, std::to_string(number));
    auto source = source_of(other, damaged);
    auto seen = there.run(source);
    REQUIRE(seen.compiled);
    REQUIRE(seen.from_source);
    REQUIRE(source.cache->brought_rejected()
            == (damaged.empty() ? std::nullopt : std::optional{true}));
    REQUIRE(seen.value == number);
  }
}

TEST_CASE("what another build of V8 has made is rejected by V8's own check too",
          "[runtime][code_cache][S3]") {
  // As if the seal were right: the header that V8 looks at is not.
  std::string code = "6 * 7";
  workshop there;
  auto source = source_of(code);
  there.run(source);
  auto made = there.make(source);
  auto bytes = made->bytes();
  for (std::size_t i = 0; i < 16; ++i) { // magic number, version, source, flags
    std::vector<std::byte> foreign{bytes.begin(), bytes.end()};
    foreign[i] ^= std::byte{0x40};
    auto digest = digest_of(source_kind::script, code);
    auto brought = source_of(code, seal(digest, code_cache{foreign}));
    workshop fresh;
    auto seen = fresh.run(brought);
    CAPTURE(i);
    CHECK(seen.from_source);
    CHECK(seen.value == 42);
    CHECK(brought.cache->brought_rejected() == true);
    CHECK_FALSE(brought.cache->find(code, {})); // nobody else tries it
  }
}

// -- sharing -----------------------------------------------------------------------------

TEST_CASE("after the first context has run a script, others compile it from the cache",
          "[runtime][code_cache][S1]") {
  auto source = source_of(generated_source(4000));
  workshop first;
  CHECK(first.run(source).from_source);
  first.share(source);
  for (int i = 0; i < 3; ++i) {
    workshop other;
    auto seen = other.run(source);
    CHECK_FALSE(seen.from_source);
    CHECK(seen.value == 42);
  }
}

TEST_CASE("only one context makes the cache of a script", "[runtime][code_cache][S1]") {
  auto source = source_of(generated_source(4000));
  workshop first;
  workshop second;
  first.run(source);
  second.run(source);
  first.share(source);
  auto made = source.cache->find(source.code, {});
  second.share(source);
  CHECK(made);
  CHECK(source.cache->find(source.code, {}) == made);
}

TEST_CASE("a cache contains the functions that have run", "[runtime][code_cache][S4]") {
  auto source = source_of(generated_source(4000));
  workshop there;
  there.run(source, true);
  auto before = there.make(source);
  there.run(source);
  auto after = there.make(source);
  CHECK(after->bytes().size() > 3 * before->bytes().size() / 2);
}

TEST_CASE("a script from the cache has the name and offsets of its use",
          "[runtime][code_cache][S2]") {
  std::string code = "new Error('x').stack.includes('renamed.js:11:23') ? 1 : 0";
  auto sealed = sealed_cache_of(code);
  auto source = source_of(code, sealed);
  source.options.filename = "renamed.js";
  source.options.line_offset = 10;
  source.options.column_offset = 22;
  workshop there;
  auto seen = there.run(source);
  CHECK_FALSE(seen.from_source);
  CHECK(seen.value == 1);
}

TEST_CASE("a cached script that the isolate has compiled before is no rejection",
          "[runtime][code_cache][S3]") {
  auto code = generated_source(2000);
  auto sealed = sealed_cache_of(code);
  workshop there;
  there.run(source_of(code));
  auto again = source_of(code, sealed);
  CHECK_FALSE(there.run(again, true).from_source);
  CHECK(again.cache->brought_rejected() == false);
  // The isolate knows the text, but the data is of no use all the same.
  auto damaged = source_of(code, {std::byte{1}, std::byte{2}});
  there.run(damaged, true);
  CHECK(damaged.cache->brought_rejected() == true);
}
