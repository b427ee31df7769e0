#include "runtime/module_linking.hpp"

#include "runtime/exception.hpp"
#include "runtime/promise_guard.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <v8-promise.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace troupe::js {

namespace {

/// Finds the height of a module: of the longest chain of imports that starts there, counting
/// all modules of a cycle
/// (https://en.wikipedia.org/wiki/Tarjan%27s_strongly_connected_components_algorithm).
std::size_t measure(module_record& root) {
  struct step {
    module_record* record;
    std::size_t next_import = 0;
  };
  if (root.linked_)
    return root.height_;
  std::vector<module_record*> met;
  std::vector<module_record*> open;
  std::vector<step> path;
  auto meet = [&](module_record* record) {
    met.push_back(record);
    open.push_back(record);
    record->measured_ = {.index = met.size(), .low = met.size(), .below = 0, .open = true};
    path.push_back({record});
  };
  meet(&root);
  while (!path.empty()) {
    auto* record = path.back().record;
    auto& mine = record->measured_;
    if (path.back().next_import < record->imports().size()) {
      const auto& import = record->imports()[path.back().next_import++];
      auto* target = import.target.get();
      if (target == nullptr || import.request.phase == import_phase::source)
        continue;
      if (target->measured_.open)
        mine.low = std::min(mine.low, target->measured_.index);
      else if (target->linked_ || target->measured_.index != 0)
        mine.below = std::max(mine.below, target->height_);
      else
        meet(target);
      continue;
    }
    path.pop_back();
    if (mine.low == mine.index) {
      auto first = std::prev(open.end());
      while (*first != record)
        --first;
      std::size_t below = 0;
      for (auto each = first; each != open.end(); ++each)
        below = std::max(below, (*each)->measured_.below);
      auto height = below + static_cast<std::size_t>(open.end() - first);
      std::shared_ptr<const std::vector<module_record*>> cycle;
      if (open.end() - first > 1)
        cycle = std::make_shared<const std::vector<module_record*>>(first, open.end());
      for (auto each = first; each != open.end(); ++each) {
        (*each)->cycle_ = cycle;
        (*each)->height_ = height;
        (*each)->measured_.open = false;
      }
      open.erase(first, open.end());
    }
    if (!path.empty()) {
      auto& importer = path.back().record->measured_;
      if (mine.open)
        importer.low = std::min(importer.low, mine.low);
      else
        importer.below = std::max(importer.below, record->height_);
    }
  }
  auto height = root.height_;
  for (auto* record : met)
    record->measured_ = {};
  return height;
}

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
  if (measure(root) > depth_max)
    return too_deep(root, depth_max);
  if (module->InstantiateModule(context, &on_resolve, &on_resolve_source).FromMaybe(false))
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

v8::MaybeLocal<v8::Value> evaluate_graph(isolate_scope& here, v8::Local<v8::Context> context,
                                         module_record& root) {
  auto* isolate = here.v8();
  auto module = root.module(here);
  auto status = module->GetStatus();
  // V8 ends the process when a module is good, but not the cycle that it was evaluated with.
  if (status == v8::Module::kEvaluated && root.cycle_)
    for (auto* each : *root.cycle_) {
      auto member = each->module(here);
      if (member->GetStatus() != v8::Module::kErrored)
        continue;
      v8::Local<v8::Promise::Resolver> rejected;
      if (!v8::Promise::Resolver::New(context).ToLocal(&rejected)
          || rejected->Reject(context, member->GetException()).IsNothing())
        return {};
      return rejected->GetPromise().As<v8::Value>();
    }
  if (status == v8::Module::kInstantiated && module->IsGraphAsync()
      && !fix_promises(here, context)) {
    throw_unfixable_promises(isolate);
    return {};
  }
  return module->Evaluate(context);
}

error too_deep(const module_record& at, std::size_t depth_max) {
  return {.code = errc::module_limit_exceeded,
          .message = fmt::format("the imports go more than {} modules deep "
                                 "(module_limits::depth_max, or what fits into "
                                 "context_options::stack_kib), at '{}'",
                                 depth_max, at.identifier())};
}

} // namespace troupe::js
