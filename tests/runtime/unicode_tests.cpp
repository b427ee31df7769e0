// The two converters that every string from C++ passes.

#include "runtime/unicode.hpp"
#include "tests/support/seed.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::testing;
using js::latin1_to_utf8;
using js::utf16_to_utf8;
using js::utf8_to_utf16;

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

const auto bad = u"\uFFFD"s;

/// The decoder of the standard, word by word: one byte in, at most two code
/// points out (https://encoding.spec.whatwg.org/#utf-8-decoder).
std::u16string decode_as_specified(std::string_view bytes) {
  std::u16string out;
  char32_t code_point = 0;
  int seen = 0;
  int needed = 0;
  unsigned lower = 0x80;
  unsigned upper = 0xBF;
  auto emit = [&](char32_t c) {
    if (c >= 0x10000) {
      out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      out += static_cast<char16_t>(c);
    }
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    unsigned byte = static_cast<unsigned char>(bytes[i]);
    if (needed == 0) {
      if (byte <= 0x7F) {
        emit(byte);
      } else if (byte >= 0xC2 && byte <= 0xDF) {
        needed = 1;
        code_point = byte & 0x1F;
      } else if (byte >= 0xE0 && byte <= 0xEF) {
        if (byte == 0xE0)
          lower = 0xA0;
        if (byte == 0xED)
          upper = 0x9F;
        needed = 2;
        code_point = byte & 0xF;
      } else if (byte >= 0xF0 && byte <= 0xF4) {
        if (byte == 0xF0)
          lower = 0x90;
        if (byte == 0xF4)
          upper = 0x8F;
        needed = 3;
        code_point = byte & 0x7;
      } else {
        emit(0xFFFD);
      }
      continue;
    }
    bool in_range = byte >= lower && byte <= upper;
    lower = 0x80;
    upper = 0xBF;
    if (!in_range) {
      needed = seen = 0;
      --i; // the byte is looked at again
      emit(0xFFFD);
      continue;
    }
    code_point = (code_point << 6) | (byte & 0x3F);
    if (++seen == needed) {
      emit(code_point);
      needed = seen = 0;
    }
  }
  if (needed != 0)
    emit(0xFFFD);
  return out;
}

} // namespace

// -- UTF-8 to UTF-16 ----------------------------------------------------------------

TEST_CASE("ASCII with NUL decodes to itself", "[runtime][unicode]") {
  CHECK(utf8_to_utf16("a\0b\x7F"sv) == u"a\0b\x7F"sv);
  CHECK(utf8_to_utf16("").empty());
}

TEST_CASE("the first and last code point of each length decode", "[runtime][unicode]") {
  CHECK(utf8_to_utf16("\xC2\x80") == u"\u0080");
  CHECK(utf8_to_utf16("\xDF\xBF") == u"\u07FF");
  CHECK(utf8_to_utf16("\xE0\xA0\x80") == u"\u0800");
  CHECK(utf8_to_utf16("\xED\x9F\xBF") == u"\uD7FF");
  CHECK(utf8_to_utf16("\xEE\x80\x80") == u"\uE000");
  CHECK(utf8_to_utf16("\xEF\xBF\xBF") == u"\uFFFF");
  CHECK(utf8_to_utf16("\xF0\x90\x80\x80") == u"\U00010000");
  CHECK(utf8_to_utf16("\xF4\x8F\xBF\xBF") == u"\U0010FFFF");
}

TEST_CASE("a byte order mark is a character like any other", "[runtime][unicode]") {
  CHECK(utf8_to_utf16("\xEF\xBB\xBF"
                      "a")
        == u"\uFEFFa");
}

TEST_CASE("each lone continuation byte becomes one replacement character", "[runtime][unicode]") {
  CHECK(utf8_to_utf16("\x80") == bad);
  CHECK(utf8_to_utf16("a\xBF\x80z") == u"a" + bad + bad + u"z");
}

TEST_CASE("overlong forms become one replacement character per byte", "[runtime][unicode]") {
  CHECK(utf8_to_utf16("\xC0\xAF") == bad + bad);
  CHECK(utf8_to_utf16("\xC1\xBF") == bad + bad);
  CHECK(utf8_to_utf16("\xE0\x80\xAF") == bad + bad + bad);
  CHECK(utf8_to_utf16("\xE0\x9F\xBF") == bad + bad + bad);
  CHECK(utf8_to_utf16("\xF0\x80\x80\xAF") == bad + bad + bad + bad);
  CHECK(utf8_to_utf16("\xF0\x8F\xBF\xBF") == bad + bad + bad + bad);
}

TEST_CASE("surrogates encoded as UTF-8 become one replacement character per byte",
          "[runtime][unicode]") {
  CHECK(utf8_to_utf16("\xED\xA0\x80") == bad + bad + bad);
  CHECK(utf8_to_utf16("\xED\xBF\xBF") == bad + bad + bad);
  // CESU-8: a pair, each half encoded.
  CHECK(utf8_to_utf16("\xED\xA0\xBD\xED\xB8\x80") == bad + bad + bad + bad + bad + bad);
}

TEST_CASE("code points beyond U+10FFFF become one replacement character per byte",
          "[runtime][unicode]") {
  CHECK(utf8_to_utf16("\xF4\x90\x80\x80") == bad + bad + bad + bad);
  CHECK(utf8_to_utf16("\xF5\x80\x80\x80") == bad + bad + bad + bad);
  CHECK(utf8_to_utf16("\xF8\x88\x80\x80\x80") == bad + bad + bad + bad + bad);
  CHECK(utf8_to_utf16("\xFC\xFE\xFF") == bad + bad + bad);
}

TEST_CASE("a sequence cut short becomes one replacement character", "[runtime][unicode]") {
  CHECK(utf8_to_utf16("\xC3") == bad);
  CHECK(utf8_to_utf16("\xE2\x82") == bad);
  CHECK(utf8_to_utf16("\xF0\x9F\x98") == bad);
  CHECK(utf8_to_utf16("\xF0\x9F") == bad);
}

TEST_CASE("what follows a sequence cut short is read on its own", "[runtime][unicode]") {
  CHECK(utf8_to_utf16("\xC3"
                      "A")
        == bad + u"A");
  CHECK(utf8_to_utf16("\xE2\x82"
                      "A")
        == bad + u"A");
  CHECK(utf8_to_utf16("\xF0\x9F\x98"
                      "A")
        == bad + u"A");
  CHECK(utf8_to_utf16("\xE2\x82\xE2\x82\xAC") == bad + u"€");
  CHECK(utf8_to_utf16("\xF0\x9F\xF0\x9F\x98\x80") == bad + u"😀");
  CHECK(utf8_to_utf16("\xC3\xC3\xA4") == bad + u"ä");
}

TEST_CASE("every sequence of up to three bytes decodes as the standard says",
          "[runtime][unicode]") {
  // All second and third bytes that any rule tells apart.
  const std::vector<unsigned> later{0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                                    0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF};
  auto check = [](const std::string& bytes) {
    if (utf8_to_utf16(bytes) != decode_as_specified(bytes))
      FAIL("differs for " << Catch::Detail::stringify(bytes));
  };
  for (unsigned a = 0; a < 256; ++a) {
    check({static_cast<char>(a)});
    for (auto b : later) {
      check({static_cast<char>(a), static_cast<char>(b)});
      for (auto c : later) {
        check({static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)});
        for (auto d : later)
          if (a >= 0xF0)
            check({static_cast<char>(a), static_cast<char>(b), static_cast<char>(c),
                   static_cast<char>(d)});
      }
    }
  }
}

TEST_CASE("random bytes decode as the standard says", "[runtime][unicode]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random.below(24), '\0');
    for (auto& byte : bytes)
      byte = static_cast<char>(random.one_in(3) ? random.below(256) : 0x80 + random.below(0x80));
    if (utf8_to_utf16(bytes) != decode_as_specified(bytes))
      FAIL("differs for " << Catch::Detail::stringify(bytes));
  }
}

// -- UTF-16 to UTF-8 ----------------------------------------------------------------

TEST_CASE("every scalar value survives both directions", "[runtime][unicode]") {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF)
      continue;
    std::u16string text;
    if (c < 0x10000)
      text = {static_cast<char16_t>(c)};
    else
      text = {static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)),
              static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF))};
    auto utf8 = utf16_to_utf8(text);
    std::size_t width = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (utf8.size() != width || utf8_to_utf16(utf8) != text)
      FAIL("differs for U+" << std::hex << static_cast<std::uint32_t>(c));
  }
}

TEST_CASE("a lone surrogate becomes the replacement character", "[runtime][unicode]") {
  const std::string bad8 = "\xEF\xBF\xBD";
  CHECK(utf16_to_utf8({u"\xD800", 1}) == bad8);
  CHECK(utf16_to_utf8({u"\xDBFF"
                       u"a",
                       2})
        == bad8 + "a");
  CHECK(utf16_to_utf8({u"\xDC00", 1}) == bad8);
  CHECK(utf16_to_utf8({u"a\xDFFF", 2}) == "a" + bad8);
}

TEST_CASE("surrogates in the wrong order are two lone ones", "[runtime][unicode]") {
  const std::u16string swapped{0xDE00, 0xD83D};
  CHECK(utf16_to_utf8(swapped) == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("a high surrogate before a pair is lone, the pair is not", "[runtime][unicode]") {
  const std::u16string three{0xD83D, 0xD83D, 0xDE00};
  CHECK(utf16_to_utf8(three) == "\xEF\xBF\xBD\xF0\x9F\x98\x80");
}

TEST_CASE("Latin-1 becomes one or two bytes each", "[runtime][unicode]") {
  const std::vector<std::uint8_t> latin1{0x00, 0x41, 0x7F, 0x80, 0xE4, 0xFF};
  CHECK(latin1_to_utf8(latin1) == "\0A\x7F\xC2\x80\xC3\xA4\xC3\xBF"s);
}
