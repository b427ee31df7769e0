#include "api/module_kinds.hpp"

#include "api/import_text.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace troupe::detail {

namespace {

constexpr std::array<std::pair<std::string_view, module_kind>, 5> extensions{{
  {".mjs", module_kind::javascript},
  {".js", module_kind::javascript},
  {".json", module_kind::json},
  {".txt", module_kind::text},
  {".wasm", module_kind::wasm},
}};

result<std::optional<module_kind>> requested_kind(const module_request& request) {
  std::optional<module_kind> requested;
  for (const auto& attribute : request.attributes) {
    if (attribute.key == "type" && attribute.value == "json")
      requested = module_kind::json;
    else if (attribute.key == "type" && attribute.value == "text")
      requested = module_kind::text;
    else if (attribute.key == "type" && attribute.value == "bytes")
      requested = module_kind::bytes;
    else
      return error{.code = errc::import_attribute_unsupported,
                   .message = fmt::format(
                     "import attribute {} with value {} is not supported, for {}",
                     in_quotes(attribute.key), in_quotes(attribute.value), import_text(request))};
  }
  return requested;
}

} // namespace

std::optional<module_kind> kind_by_extension(std::string_view name) {
  for (auto [extension, kind] : extensions)
    if (name.ends_with(extension))
      return kind;
  return {};
}

std::string_view kind_name(module_kind kind) noexcept {
  switch (kind) {
    case module_kind::javascript:
      return "javascript";
    case module_kind::json:
      return "json";
    case module_kind::text:
      return "text";
    case module_kind::bytes:
      return "bytes";
    case module_kind::wasm:
      return "wasm";
    case module_kind::synthetic:
      return "synthetic";
  }
  return "unknown";
}

result<std::optional<module_kind>> imported_kind(const module_request& request,
                                                 std::optional<module_kind> natural) {
  auto requested = requested_kind(request);
  if (!requested)
    return std::move(requested).error();
  bool has_text = natural != module_kind::synthetic;
  if (*requested && natural && natural != *requested
      && (*requested == module_kind::json || !has_text))
    return error{.code = errc::import_attribute_incompatible,
                 .message =
                   fmt::format("module {} is of type '{}', not '{}'", import_text(request),
                               kind_name(*natural), kind_name(**requested))};
  if (*requested)
    return requested;
  bool data =
    natural == module_kind::json || natural == module_kind::text || natural == module_kind::bytes;
  if (data)
    return error{.code = errc::import_attribute_missing,
                 .message = fmt::format("module {} needs an import attribute of 'type: {}'",
                                        import_text(request), kind_name(*natural))};
  return natural;
}

} // namespace troupe::detail
