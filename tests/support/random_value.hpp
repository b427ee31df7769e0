#pragma once

#include "tests/support/seed.hpp"
#include "troupe/value.hpp"

namespace troupe::testing {

/// A value of any kind that C++ can build, nested up to `depth` levels, with
/// parts that are shared. Holes only inside arrays. Errors only if wished: they
/// gain a stack when they enter an isolate.
[[nodiscard]] value random_value(chance& random, int depth, bool errors = true);

/// A string of 0 to 20 units of every class: ASCII with NUL, Latin-1, beyond,
/// pairs, lone surrogates.
[[nodiscard]] std::u16string random_text(chance& random);

/// Any double, the troublesome ones often.
[[nodiscard]] double random_number(chance& random);

} // namespace troupe::testing
