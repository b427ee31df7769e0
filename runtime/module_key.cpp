#include "runtime/module_key.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace troupe::js {

namespace {

// Nobody writes such by hand; each is kept outside of V8's heap.
constexpr std::size_t specifier_size_max = 64 * 1024;

std::optional<module_kind> kind_of_type(std::string_view type) {
  if (type == "json")
    return module_kind::json;
  if (type == "text")
    return module_kind::text;
  if (type == "bytes")
    return module_kind::bytes;
  return std::nullopt;
}

} // namespace

std::string key_of(const module_request& request) {
  std::string key;
  key.reserve(request.referrer.size() + request.specifier.size() + 16);
  auto add = [&key](std::string_view part) {
    char digits[20];
    key.append(digits, std::to_chars(digits, std::end(digits), part.size()).ptr);
    key += ':';
    key += part;
  };
  add(request.referrer);
  add(request.specifier);
  for (const auto& [name, value] : request.attributes) {
    add(name);
    add(value);
  }
  if (request.phase == import_phase::source)
    key += "source";
  return key;
}

std::string key_of(module_kind kind, std::string_view identifier) {
  std::string key(1, static_cast<char>('0' + static_cast<int>(kind)));
  return key.append(identifier);
}

std::optional<error> check(const module_request& request, bool any_type) {
  if (request.specifier.size() > specifier_size_max)
    return error{.code = errc::invalid_module_specifier,
                 .message = fmt::format("a specifier of {} bytes; at most {} are allowed",
                                        request.specifier.size(), specifier_size_max)};
  for (const auto& [key, value] : request.attributes) {
    if (key != "type")
      return error{.code = errc::import_attribute_unsupported,
                   .message = fmt::format("Import attribute \"{}\" with value \"{}\" is not "
                                          "supported",
                                          key, value)};
    if (!any_type && !kind_of_type(value))
      return error{.code = errc::import_attribute_unsupported,
                   .message = fmt::format("Import attribute \"type\" with value \"{}\" is not "
                                          "supported; known are json, text and bytes",
                                          value)};
  }
  return std::nullopt;
}

std::optional<error> check_type(const module_request& request, const module_source& source) {
  for (const auto& [key, value] : request.attributes)
    if (key == "type" && kind_of_type(value) != source.kind()
        && source.kind() != module_kind::synthetic)
      return error{.code = errc::import_attribute_incompatible,
                   .message = fmt::format("Module \"{}\" is not of type \"{}\"",
                                          source.identifier(), value)};
  return std::nullopt;
}

} // namespace troupe::js
