#include "runtime/module_linking.hpp"

#include "runtime/exception.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace troupe::js {

namespace {

/// The module that an import leads to; throws when it was never loaded.
module_record* find_target(isolate_scope& here, v8::Local<v8::Context> context,
                           v8::Local<v8::String> specifier, v8::Local<v8::FixedArray> attributes,
                           v8::Local<v8::Module> referrer, import_phase phase) {
  auto* record = here.owner().modules().find(here, referrer);
  auto* import =
    record != nullptr ? record->find_import(here, specifier, attributes, phase) : nullptr;
  if (import != nullptr && import->target)
    return import->target.get();
  here.v8()->ThrowException(make_exception(
    here, context,
    {.code = errc::module_link_failed,
     .message =
       fmt::format("request for '{}' is not yet fulfilled", to_utf8(here.v8(), specifier))
       + (record != nullptr ? fmt::format(", imported from '{}'", record->identifier())
                            : std::string{})}));
  return nullptr;
}

/// What V8 calls while it links, for either phase.
template <class T, class Give>
v8::MaybeLocal<T> answer_v8(v8::Local<v8::Context> context, v8::Local<v8::String> specifier,
                            v8::Local<v8::FixedArray> attributes, v8::Local<v8::Module> referrer,
                            import_phase phase, Give give) {
  auto& owner = isolate::of(v8::Isolate::GetCurrent());
  v8::EscapableHandleScope handles{owner.v8()};
  isolate_scope here{owner};
  auto* target = find_target(here, context, specifier, attributes, referrer, phase);
  if (target == nullptr)
    return {};
  return handles.Escape(give(here, *target));
}

v8::MaybeLocal<v8::Module> on_resolve(v8::Local<v8::Context> context,
                                      v8::Local<v8::String> specifier,
                                      v8::Local<v8::FixedArray> attributes,
                                      v8::Local<v8::Module> referrer) {
  return answer_v8<v8::Module>(
    context, specifier, attributes, referrer, import_phase::evaluation,
    [](isolate_scope& here, module_record& target) { return target.module(here); });
}

v8::MaybeLocal<v8::Object> on_resolve_source(v8::Local<v8::Context> context,
                                             v8::Local<v8::String> specifier,
                                             v8::Local<v8::FixedArray> attributes,
                                             v8::Local<v8::Module> referrer) {
  return answer_v8<v8::Object>(
    context, specifier, attributes, referrer, import_phase::source,
    [](isolate_scope& here, module_record& target) { return target.source_object(here); });
}

} // namespace

bool is_linked(isolate_scope& here, const module_record& record) {
  v8::HandleScope handles{here.v8()};
  return record.module(here)->GetStatus() >= v8::Module::kInstantiated;
}

result<void> link_graph(isolate_scope& here, v8::Local<v8::Context> context, module_record& root,
                        std::size_t depth_max) {
  auto module = root.module(here);
  if (module->GetStatus() == v8::Module::kErrored)
    return {};
  // V8 recurses as deep, in places without a look at the stack.
  if (measure_height(here, root) > depth_max)
    return too_deep(root.identifier(), depth_max);
  if (instantiate_graph(here, context, root, &on_resolve, &on_resolve_source))
    return {};
  return error{.code = errc::module_link_failed,
               .message = fmt::format("'{}' cannot be linked", root.identifier())};
}

void forget_targets(module_record& root) {
  std::vector<module_hold> open{module_hold{&root}};
  while (!open.empty()) {
    auto record = std::move(open.back());
    open.pop_back();
    for (auto& each : record->imports())
      if (each.target)
        open.push_back(std::exchange(each.target, {}));
    record->linked();
  }
}

std::size_t depth_that_fits(std::size_t stack_bytes) {
  constexpr std::size_t bytes_per_module = 480; // some 430 with V8 13.6
  return stack_bytes / bytes_per_module;
}

error too_deep(std::string_view at, std::size_t depth_max) {
  return {.code = errc::module_limit_exceeded,
          .message = fmt::format("the imports go more than {} modules deep "
                                 "(module_limits::depth_max, or what fits into "
                                 "context_options::stack_kib), at '{}'",
                                 depth_max, at)};
}

} // namespace troupe::js
