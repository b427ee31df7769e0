#include "api/package_config.hpp"

#include <utility>

namespace troupe::detail {

namespace {

std::optional<std::string> text_of(const package_target& object, std::string_view key) {
  auto* found = object.find(key);
  if (found == nullptr || found->is != package_target::form::text)
    return {};
  return found->text;
}

} // namespace

result<package_config> parse_package_config(std::string_view json) {
  auto root = parse_ordered_json(json, errc::invalid_package_config);
  if (!root)
    return std::move(root).error();
  package_config config{.name = text_of(*root, "name"), .main = text_of(*root, "main")};
  auto type = text_of(*root, "type");
  if (type == "module")
    config.type = package_type::module;
  else if (type == "commonjs")
    config.type = package_type::commonjs;
  if (auto* found = root->find("exports"); found && found->is != package_target::form::null)
    config.exports = *found;
  if (auto* found = root->find("imports"); found && found->is == package_target::form::object)
    config.imports = *found;
  return config;
}

} // namespace troupe::detail
