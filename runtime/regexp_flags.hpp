#pragma once

#include <v8-regexp.h>

#include <array>
#include <utility>

namespace troupe::js {

/// V8's bits and the letters of `RegExp.prototype.flags`, in its order.
inline constexpr std::array<std::pair<int, char>, 8> regexp_flags{
  {{v8::RegExp::kHasIndices, 'd'},
   {v8::RegExp::kGlobal, 'g'},
   {v8::RegExp::kIgnoreCase, 'i'},
   {v8::RegExp::kMultiline, 'm'},
   {v8::RegExp::kDotAll, 's'},
   {v8::RegExp::kUnicode, 'u'},
   {v8::RegExp::kUnicodeSets, 'v'},
   {v8::RegExp::kSticky, 'y'}}};

} // namespace troupe::js
