#pragma once

#include <cstddef>
#include <string>

namespace troupe::testing {

/// A script of at least `size` bytes that has many functions, calls each of them and
/// ends in 42.
inline std::string generated_source(std::size_t size) {
  std::string code;
  for (int i = 0; code.size() < size; ++i) {
    auto n = std::to_string(i);
    code += "function f" + n + "(a, b) {\n  const made = {x: a, y: b, name: 'f" + n
            + "'};\n  for (let i = 0; i < 3; ++i) made.x += i * b;\n  return made;\n}\nconst v"
            + n + " = f" + n + "(" + n + ", 2).x + [1, 2, 3].map(q => q * 2).length;\n";
  }
  return code + "42";
}

} // namespace troupe::testing
