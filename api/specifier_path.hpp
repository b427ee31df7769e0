#pragma once

#include <string>
#include <string_view>

namespace troupe::detail {

/// What a specifier means beside a referrer, as names: no percent-encoding, nothing looked
/// up. `./` and `../` are taken relative to the referrer's folder and cannot climb
/// out of the top, `/` relative to its scheme and host; all else is a name itself.
[[nodiscard]] std::string resolved_specifier(std::string_view specifier,
                                             std::string_view referrer);

} // namespace troupe::detail
