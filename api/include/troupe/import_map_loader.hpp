#pragma once

#include "troupe/module_loader.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace troupe {

/// Maps specifiers as an import map of the web says, and has another loader load them
/// (https://html.spec.whatwg.org/multipage/webappapis.html#import-maps):
///
///     auto mapped = troupe::import_map_loader::make(
///       R"({"imports": {"lodash": "./vendor/lodash.mjs", "@/": "./src/"},
///           "scopes": {"./src/old/": {"lodash": "./vendor/lodash-3.mjs"}}})",
///       "file:///srv/app/", files).value();
///
/// What is not mapped goes on as it is. `integrity` is not checked.
///
/// Threads:  any.
/// Errors:   `invalid_module_specifier` when the map forbids a specifier, and those of the
///           other loader.
class import_map_loader final : public module_loader {
public:
  /// @param json the map; `invalid_argument` when it is none.
  /// @param base_url what its relative URLs are relative to, and the referrer of whoever has no
  /// URL.
  /// @param next `invalid_argument` when it is null.
  [[nodiscard]] static result<std::shared_ptr<import_map_loader>> make(
    std::string_view json, std::string base_url, std::shared_ptr<module_loader> next);

  ~import_map_loader() override;

  [[nodiscard]] future<module_source> load(module_request request) override;
  [[nodiscard]] std::optional<result<module_source>> find(const module_request& request) override;

private:
  struct parts;

  explicit import_map_loader(std::unique_ptr<const parts> made);

  const std::unique_ptr<const parts> parts_;
};

} // namespace troupe
