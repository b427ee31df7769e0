#include "runtime/module_record.hpp"

#include "runtime/structured_clone.hpp"

#include <v8-weak-callback-info.h>

#include <algorithm>

namespace troupe::js {

// -- module_hold ------------------------------------------------------------------------

module_hold::module_hold(module_record* record) : record_(record) {
  if (record_ != nullptr && record_->holds_++ == 0)
    record_->module_.ClearWeak();
}

module_hold::~module_hold() {
  if (record_ != nullptr && --record_->holds_ == 0)
    record_->home_.release(*record_);
}

// -- module_record ----------------------------------------------------------------------

void module_record::linked() {
  linking_ = false;
  for (auto& each : facts_.imports)
    each.target = {};
}

void module_record::find_targets(isolate_scope&, std::vector<module_node*>& into) {
  for (auto& each : facts_.imports)
    if (each.target && each.request.phase == import_phase::evaluation)
      into.push_back(each.target.get());
}

void module_record::forget_export(isolate_scope& here, v8::Local<v8::String> name) {
  std::erase_if(exports_,
                [&](const auto& each) { return each.name.Get(here.v8())->StringEquals(name); });
}

module_import* module_record::find_import(isolate_scope& here, v8::Local<v8::String> specifier,
                                          v8::Local<v8::FixedArray> attributes,
                                          import_phase phase) {
  auto requests = module(here)->GetModuleRequests();
  auto context = here.v8()->GetCurrentContext();
  auto is_meant = [&](std::size_t index) {
    auto request = requests->Get(context, static_cast<int>(index)).As<v8::ModuleRequest>();
    return facts_.imports[index].request.phase == phase
           && request->GetImportAttributes() == attributes
           && request->GetSpecifier()->StringEquals(specifier);
  };
  // V8 asks in the order of the requests.
  auto count = static_cast<std::size_t>(requests->Length());
  for (std::size_t tried = 0; tried < count; ++tried) {
    auto index = (next_import_ + tried) % count;
    if (is_meant(index)) {
      next_import_ = index + 1;
      return &facts_.imports[index];
    }
  }
  return nullptr;
}

// -- module_registry --------------------------------------------------------------------

module_registry::~module_registry() {
  for (auto& [hash, record] : records_)
    record->linked(); // they hold each other
}

module_hold module_registry::add(isolate_scope& here, v8::Local<v8::Module> module,
                                 module_facts facts) {
  bury();
  auto made = std::make_unique<module_record>(*this, std::move(facts));
  auto* record = made.get();
  record->module_.Reset(here.v8(), module);
  record->hash_ = module->GetIdentityHash();
  records_.emplace(record->hash_, std::move(made));
  return module_hold{record};
}

module_record* module_registry::find(isolate_scope& here, v8::Local<v8::Module> module) const {
  auto [first, last] = records_.equal_range(module->GetIdentityHash());
  for (; first != last; ++first)
    if (first->second->module_ == module)
      return first->second.get();
  static_cast<void>(here);
  return nullptr;
}

void module_registry::release(module_record& record) {
  record.module_.SetWeak(
    &record,
    [](const v8::WeakCallbackInfo<module_record>& info) {
      auto* dead = info.GetParameter();
      dead->module_.Reset();
      dead->home_.dead_.push_back(dead);
    },
    v8::WeakCallbackType::kParameter);
}

void module_registry::bury() {
  look_for_cycles_at_ -= std::min(look_for_cycles_at_ - 32, dead_.size());
  while (!dead_.empty()) {
    auto* last = dead_.back();
    dead_.pop_back();
    auto [first, end] = records_.equal_range(last->hash_);
    records_.erase(
      std::find_if(first, end, [last](const auto& each) { return each.second.get() == last; }));
  }
  if (records_.size() >= look_for_cycles_at_)
    break_cycles();
}

/// Modules that are not linked and that only imports hold, none of which starts at a module
/// that anybody else holds.
void module_registry::break_cycles() {
  for (auto& [hash, record] : records_) {
    record->held_by_imports_ = 0;
    record->reached_ = false;
  }
  for (auto& [hash, record] : records_)
    for (auto& each : record->imports())
      if (each.target)
        ++each.target->held_by_imports_;
  std::vector<module_record*> open;
  auto reach = [&open](module_record* record) {
    if (!std::exchange(record->reached_, true))
      open.push_back(record);
  };
  for (auto& [hash, record] : records_)
    if (record->holds_ > record->held_by_imports_)
      reach(record.get());
  while (!open.empty()) {
    auto* record = open.back();
    open.pop_back();
    for (auto& each : record->imports())
      if (each.target)
        reach(each.target.get());
  }
  std::size_t reached = 0;
  for (auto& [hash, record] : records_) {
    if (record->reached_) {
      ++reached;
      continue;
    }
    for (auto& each : record->imports())
      each.target = {};
  }
  look_for_cycles_at_ = records_.size() + reached + 32;
}

} // namespace troupe::js
