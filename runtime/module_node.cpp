#include "runtime/module_node.hpp"

#include "runtime/exception.hpp"
#include "runtime/promise_guard.hpp"

#include <fmt/format.h>
#include <v8-exception.h>
#include <v8-promise.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::js {

namespace {

v8::Module::Status status_of(isolate_scope& here, const module_node& node) {
  v8::HandleScope handles{here.v8()};
  return node.module(here)->GetStatus();
}

bool is_linked(isolate_scope& here, const module_node& node) {
  return status_of(here, node) >= v8::Module::kInstantiated;
}

v8::MaybeLocal<v8::Value> rejected_promise(v8::Local<v8::Context> context,
                                           v8::Local<v8::Value> reason) {
  v8::Local<v8::Promise::Resolver> rejected;
  if (!v8::Promise::Resolver::New(context).ToLocal(&rejected)
      || rejected->Reject(context, reason).IsNothing())
    return {};
  return rejected->GetPromise().As<v8::Value>();
}

/// How many evaluations are on the stack: a module that is evaluated may have another one
/// evaluated. An isolate's thread has no other isolate.
thread_local std::size_t under_way = 0;

/// Has V8 ever been stopped in the middle of linking a cycle, on this thread?
thread_local bool half_linked = false;

/// Has an evaluation ever been stopped, on this thread?
thread_local bool any_stopped = false;

class evaluation_scope {
public:
  evaluation_scope() {
    ++under_way;
  }
  ~evaluation_scope() {
    --under_way;
  }
  evaluation_scope(const evaluation_scope&) = delete;
  evaluation_scope& operator=(const evaluation_scope&) = delete;
};

} // namespace

// https://en.wikipedia.org/wiki/Tarjan%27s_strongly_connected_components_algorithm
std::size_t measure_height(isolate_scope& here, module_node& root) {
  struct step {
    module_node* node;
    std::size_t next_target = 0;
  };
  if (is_linked(here, root))
    return root.height_;
  std::vector<module_node*> met;
  std::vector<module_node*> open;
  std::vector<step> path;
  auto meet = [&](module_node* node) {
    node->targets_.clear();
    node->find_targets(here, node->targets_);
    met.push_back(node);
    open.push_back(node);
    node->walked_ = {.index = met.size(), .low = met.size(), .below = 0, .open = true};
    path.push_back({node});
  };
  meet(&root);
  while (!path.empty()) {
    auto* node = path.back().node;
    auto& mine = node->walked_;
    if (path.back().next_target < node->targets_.size()) {
      auto* target = node->targets_[path.back().next_target++];
      if (target->walked_.open)
        mine.low = std::min(mine.low, target->walked_.index);
      else if (target->walked_.index != 0 || is_linked(here, *target))
        mine.below = std::max(mine.below, target->height_);
      else
        meet(target);
      continue;
    }
    path.pop_back();
    if (mine.low == mine.index) {
      auto first = std::prev(open.end());
      while (*first != node)
        --first;
      std::size_t below = 0;
      for (auto each = first; each != open.end(); ++each)
        below = std::max(below, (*each)->walked_.below);
      auto height = below + static_cast<std::size_t>(open.end() - first);
      std::shared_ptr<const std::vector<module_node*>> cycle;
      if (open.end() - first > 1)
        cycle = std::make_shared<const std::vector<module_node*>>(first, open.end());
      for (auto each = first; each != open.end(); ++each) {
        (*each)->cycle_ = cycle;
        (*each)->height_ = height;
        (*each)->walked_.open = false;
      }
      open.erase(first, open.end());
    }
    if (!path.empty()) {
      auto& importer = path.back().node->walked_;
      if (mine.open)
        importer.low = std::min(importer.low, mine.low);
      else
        importer.below = std::max(importer.below, node->height_);
    }
  }
  auto height = root.height_;
  for (auto* node : met)
    node->walked_ = {};
  return height;
}

/// Does an evaluation that is under way have the module, or one that it imports and that has
/// not been evaluated?
bool module_node::is_running(isolate_scope& here, module_node& root) {
  std::vector<module_node*> met{&root};
  root.walked_.index = 1;
  bool found = false;
  for (std::size_t i = 0; i < met.size() && !found; ++i) {
    auto status = status_of(here, *met[i]);
    found = status == v8::Module::kEvaluating;
    if (status != v8::Module::kInstantiated)
      continue;
    for (auto* target : met[i]->targets_)
      if (target->walked_.index == 0) {
        target->walked_.index = 1;
        met.push_back(target);
      }
  }
  for (auto* node : met)
    node->walked_ = {};
  return found;
}

/// All that the root imports in the end, itself first.
std::vector<module_node*> module_node::reach(isolate_scope& here, module_node& root) {
  std::vector<module_node*> met{&root};
  root.walked_.index = 1;
  for (std::size_t i = 0; i < met.size(); ++i) {
    auto* node = met[i];
    if (!is_linked(here, *node)) {
      node->targets_.clear();
      node->find_targets(here, node->targets_);
    }
    for (auto* target : node->targets_)
      if (std::exchange(target->walked_.index, 1) == 0)
        met.push_back(target);
  }
  for (auto* node : met)
    node->walked_ = {};
  return met;
}

std::vector<module_node*> module_node::unlinked(isolate_scope& here, module_node& root) {
  auto all = reach(here, root);
  std::erase_if(all, [&](auto* node) { return is_linked(here, *node); });
  return all;
}

bool instantiate_graph(isolate_scope& here, v8::Local<v8::Context> context, module_node& root,
                       v8::Module::ResolveModuleCallback resolve,
                       v8::Module::ResolveSourceCallback resolve_source) {
  auto link = [&](module_node& node) {
    v8::HandleScope handles{here.v8()};
    return node.module(here)
      ->InstantiateModule(context, resolve, resolve_source)
      .FromMaybe(false);
  };
  if (!link(root)) {
    // Of a cycle some may be linked, and the others are not.
    for (auto* node : module_node::reach(here, root))
      half_linked =
        half_linked
        || (is_linked(here, *node) && !std::ranges::all_of(node->targets_, [&](auto* target) {
              return is_linked(here, *target);
            }));
    return false;
  }
  if (half_linked)
    for (auto* node : module_node::unlinked(here, root))
      if (!is_linked(here, *node) && !link(*node))
        return false;
  return true;
}

void mark_stopped(isolate_scope& here, module_node& root) {
  any_stopped = true;
  for (auto* node : module_node::reach(here, root))
    node->stopped_ = true;
}

/// One of its cycle that has failed. V8 ends the process when it is to evaluate another one of
/// that cycle, which is good by itself.
module_node* module_node::find_errored(isolate_scope& here) const {
  if (cycle_)
    for (auto* each : *cycle_)
      if (status_of(here, *each) == v8::Module::kErrored)
        return each;
  return nullptr;
}

std::optional<error> find_stopped(isolate_scope& here, v8::Local<v8::Context> context,
                                  module_node& root) {
  if (!any_stopped)
    return std::nullopt;
  for (auto* node : module_node::reach(here, root)) {
    if (!node->stopped_)
      continue;
    v8::HandleScope handles{here.v8()};
    auto module = node->module(here);
    bool lost = false;
    switch (module->GetStatus()) {
      case v8::Module::kErrored:
        // V8 has no error for it.
        lost = module->GetException()->IsNull();
        break;
      case v8::Module::kEvaluated: {
        // V8 gives the promise of the evaluation that there was.
        v8::Local<v8::Value> evaluated;
        lost = node->find_errored(here) == nullptr
               && module->Evaluate(context).ToLocal(&evaluated)
               && evaluated.As<v8::Promise>()->State() == v8::Promise::kPending;
        break;
      }
      default:
        continue; // to be evaluated yet
    }
    if (lost)
      return error{.code = errc::evaluation_lost,
                   .message = fmt::format("the evaluation of '{}' was stopped, and is not begun "
                                          "again",
                                          node->name(here))};
    node->stopped_ = false;
  }
  return std::nullopt;
}

bool is_under_way(isolate_scope& here, module_node& root) {
  return under_way > 0 && module_node::is_running(here, root);
}

v8::MaybeLocal<v8::Value> evaluate_graph(isolate_scope& here, v8::Local<v8::Context> context,
                                         module_node& root) {
  auto* isolate = here.v8();
  auto module = root.module(here);
  auto status = module->GetStatus();
  // V8 ends the process in these two cases.
  if (status == v8::Module::kEvaluated)
    if (auto* errored = root.find_errored(here))
      return rejected_promise(context, errored->module(here)->GetException());
  if (status == v8::Module::kInstantiated && half_linked
      && !module_node::unlinked(here, root).empty()) {
    isolate->ThrowException(make_exception(
      here, context,
      {.code = errc::module_status,
       .message = "Module status must be linked, and that of all that it imports: linking was "
                  "stopped"}));
    return {};
  }
  // It would be waited for for ever:
  if (auto lost = find_stopped(here, context, root))
    return rejected_promise(context, make_exception(here, context, *lost));
  // An evaluation, from inside one, of what that one has not finished:
  if (is_under_way(here, root)) {
    isolate->ThrowException(make_exception(
      here, context,
      {.code = errc::module_status,
       .message = "Module status must not be evaluating, nor that of a module that it imports"}));
    return {};
  }
  if (status == v8::Module::kInstantiated && module->IsGraphAsync()
      && !fix_promises(here, context)) {
    throw_unfixable_promises(isolate);
    return {};
  }
  evaluation_scope evaluating;
  auto promise = module->Evaluate(context);
  if (promise.IsEmpty() && isolate->IsExecutionTerminating())
    mark_stopped(here, root);
  return promise;
}

} // namespace troupe::js
