#pragma once

#include "troupe/module_source.hpp"

#include <string>
#include <string_view>

namespace troupe::detail {

/// In quotation marks; what is too long to be read is cut.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// `'./b.mjs' imported from 'file:///srv/a.mjs'`: how messages name an import.
[[nodiscard]] std::string import_text(const module_request& request);

} // namespace troupe::detail
