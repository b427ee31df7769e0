#include "troupe/module_loader.hpp"

namespace troupe {

std::optional<result<module_source>> module_loader::find(const module_request&) {
  return std::nullopt;
}

} // namespace troupe
