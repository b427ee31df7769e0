#pragma once

#include <troupe/result.hpp>

#include <string>

namespace troupe::cli {

/// The whole file; `-` is standard input. The error says which file and why.
[[nodiscard]] result<std::string> read_source(const std::string& path);

} // namespace troupe::cli
