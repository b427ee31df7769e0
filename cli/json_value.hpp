#pragma once

#include <troupe/result.hpp>
#include <troupe/value.hpp>

#include <nlohmann/json.hpp>

namespace troupe::cli {

/// Keeps the order of object keys.
using json = nlohmann::ordered_json;

/// A script's value as JSON, like `JSON.stringify` wherever that keeps the
/// content:
///
///     undefined, NaN, ±Infinity, holes      null; no member of an object
///     Date                                  ISO 8601 text, null when invalid
///     BigInt                                its decimal digits, as a string
///     Map                                   array of [key, value]
///     Set, typed array                      array
///     ArrayBuffer, DataView                 array of bytes
///     RegExp                                "/source/flags"
///     Error                                 {name, message, cause?}
///     new Number(1)…                        as what is inside
///
/// Errors: `clone_failed` for cycles and for more than 1,000 levels; the message
///         names the place.
[[nodiscard]] result<json> to_json(const value& from);

/// The value that `JSON.parse` makes of the text of `from`.
[[nodiscard]] value from_json(const json& from);

/// One line of text; ill-formed UTF-8 cannot occur.
[[nodiscard]] std::string to_text(const json& from);

} // namespace troupe::cli
