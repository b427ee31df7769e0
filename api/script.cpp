#include "api/script_access.hpp"

#include <atomic>

namespace troupe {

namespace {

std::atomic<std::uint64_t> last_script_id{0};

} // namespace

script::script(std::string source) : script(std::move(source), script_options{}) {
}

script::script(std::string source, script_options options)
  : script(detail::script_access::make(std::move(source), std::move(options), {})) {
}

script detail::script_access::make(std::string source, script_options options,
                                   std::weak_ptr<js::code_cache_store> home) {
  script made;
  made.source_ = std::make_shared<const js::script_source>(
    js::script_source{++last_script_id, std::move(source), std::move(options),
                      std::make_shared<js::shared_code_cache>(std::move(home))});
  return made;
}

std::string_view script::source() const noexcept {
  return source_->code;
}

const script_options& script::options() const noexcept {
  return source_->options;
}

std::optional<bool> script::cached_data_rejected() const {
  return facts_ ? facts_->cached_data_rejected : std::nullopt;
}

std::optional<std::string> script::source_map_url() const {
  return facts_ ? facts_->source_map_url : std::nullopt;
}

} // namespace troupe
