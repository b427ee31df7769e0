#include "troupe/loader_chain.hpp"

#include "api/import_text.hpp"
#include "api/ready_future.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace troupe {

using namespace detail;

namespace {

bool goes_on(const result<module_source>& answer) {
  return !answer && answer.error().code == errc::module_not_found;
}

void note(std::string& tried, const error& what) {
  if (!tried.empty())
    tried += "; ";
  tried += what.message;
}

error nobody_has(const module_request& request, std::string tried) {
  if (tried.empty())
    tried = fmt::format("cannot find module {}: there is no loader", import_text(request));
  return {.code = errc::module_not_found, .message = std::move(tried)};
}

} // namespace

loader_chain::loader_chain(links loaders) {
  std::erase(loaders, nullptr);
  loaders_ = std::make_shared<const links>(std::move(loaders));
}

future<module_source> loader_chain::load(module_request request) {
  return load_from(loaders_, 0, std::move(request), {});
}

future<module_source> loader_chain::load_from(std::shared_ptr<const links> loaders,
                                              std::size_t first, module_request request,
                                              std::string tried) {
  if (first == loaders->size())
    return ready_future<module_source>(nobody_has(request, std::move(tried)));
  auto& loader = *(*loaders)[first];
  auto answer = loader.load(request);
  return answer.then([loaders = std::move(loaders), first, request = std::move(request),
                      tried = std::move(tried)](result<module_source> given) mutable {
    if (!goes_on(given))
      return ready_future(std::move(given));
    note(tried, given.error());
    return load_from(std::move(loaders), first + 1, std::move(request), std::move(tried));
  });
}

std::optional<result<module_source>> loader_chain::find(const module_request& request) {
  std::string tried;
  for (const auto& loader : *loaders_) {
    auto found = loader->find(request);
    if (!found || !goes_on(*found))
      return found;
    note(tried, found->error());
  }
  return nobody_has(request, std::move(tried));
}

} // namespace troupe
