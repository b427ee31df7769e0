#include "troupe/function_loader.hpp"

#include "api/import_text.hpp"
#include "api/ready_future.hpp"

namespace troupe {

using namespace detail;

function_loader::function_loader(loading load, finding find)
  : load_(std::move(load)), find_(std::move(find)) {
}

future<module_source> function_loader::load(module_request request) {
  try {
    auto answer = load_(request);
    if (answer.valid())
      return answer;
  } catch (...) {
    return ready_future<module_source>(error_from_exception());
  }
  return ready_future<module_source>(
    error{.code = errc::broken_promise,
          .message = "the loader gave an empty future for module " + import_text(request)});
}

std::optional<result<module_source>> function_loader::find(const module_request& request) {
  if (!find_)
    return std::nullopt;
  try {
    return find_(request);
  } catch (...) {
    return error_from_exception();
  }
}

} // namespace troupe
