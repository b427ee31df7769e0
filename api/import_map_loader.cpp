#include "troupe/import_map_loader.hpp"

#include "api/import_map.hpp"
#include "api/import_text.hpp"
#include "api/ready_future.hpp"

#include <utility>

namespace troupe {

using namespace detail;

struct import_map_loader::parts {
  import_map map;
  std::shared_ptr<module_loader> next;

  /// The request as the next loader sees it.
  [[nodiscard]] result<module_request> mapped(module_request request) const {
    auto url = map.resolve(request.specifier, request.referrer);
    if (!url)
      return error{.code = url.error().code,
                   .message = import_text(request) + ": " + url.error().message};
    if (*url)
      request.specifier = **std::move(url);
    return request;
  }
};

result<std::shared_ptr<import_map_loader>> import_map_loader::make(
  std::string_view json, std::string base_url, std::shared_ptr<module_loader> next) {
  if (!next)
    return error{.code = errc::invalid_argument,
                 .message = "an import map needs a loader for what it maps to"};
  auto map = import_map::parse(json, std::move(base_url));
  if (!map)
    return std::move(map).error();
  return std::shared_ptr<import_map_loader>{new import_map_loader{
    std::unique_ptr<const parts>{new parts{*std::move(map), std::move(next)}}}};
}

import_map_loader::import_map_loader(std::unique_ptr<const parts> made)
  : parts_(std::move(made)) {
}

import_map_loader::~import_map_loader() = default;

future<module_source> import_map_loader::load(module_request request) {
  auto mapped = parts_->mapped(std::move(request));
  return mapped ? parts_->next->load(*std::move(mapped))
                : ready_future<module_source>(std::move(mapped).error());
}

std::optional<result<module_source>> import_map_loader::find(const module_request& request) {
  auto mapped = parts_->mapped(request);
  return mapped ? parts_->next->find(*mapped) : std::move(mapped).error();
}

} // namespace troupe
