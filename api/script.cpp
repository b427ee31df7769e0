#include "troupe/script.hpp"

#include "runtime/script.hpp"

#include <atomic>

namespace troupe {

namespace {

std::atomic<std::uint64_t> last_script_id{0};

} // namespace

script::script(std::string source) : script(std::move(source), script_options{}) {
}

script::script(std::string source, script_options options)
  : source_(std::make_shared<const js::script_source>(
    js::script_source{++last_script_id, std::move(source), std::move(options)})) {
}

std::string_view script::source() const noexcept {
  return source_->code;
}

const script_options& script::options() const noexcept {
  return source_->options;
}

} // namespace troupe
