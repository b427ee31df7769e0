#include "runtime/module_text.hpp"

#include <utility>

namespace troupe {

module_source::module_source(std::string identifier, std::string content, module_kind kind)
  : text_(std::make_shared<const js::module_text>(js::module_text{
    std::move(identifier), std::move(content), kind,
    kind == module_kind::javascript ? std::make_shared<js::shared_code_cache>() : nullptr})) {
}

const std::string& module_source::identifier() const noexcept {
  return text_->identifier;
}

std::string_view module_source::content() const noexcept {
  return text_->content;
}

module_kind module_source::kind() const noexcept {
  return text_->kind;
}

} // namespace troupe
