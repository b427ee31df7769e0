#pragma once

#include <string>
#include <string_view>

namespace troupe::js {

/// Appends a property to a path such as `$.a[3].b`; a key that is no identifier
/// goes as `["a b"]`.
void append_key(std::string& path, std::string_view utf8);

/// Appends an element. Keys and values of a Map are counted together.
void append_index(std::string& path, double index);

} // namespace troupe::js
