#include "runtime/node_vm/script_modules.hpp"

#include "runtime/structured_clone.hpp"

#include <v8-weak-callback-info.h>

namespace troupe::js::node_vm {

std::string script_modules::entry::name(isolate_scope& here) const {
  if (object.IsEmpty())
    return {};
  auto url = object.Get(here.v8())->GetInternalField(url_field).As<v8::Value>();
  return url->IsString() ? to_utf8(here.v8(), url.As<v8::String>()) : std::string{};
}

script_modules::~script_modules() {
  for (auto& [hash, each] : entries_) {
    each->handle.Reset();
    if (each->object.IsEmpty()) { // V8 will call once more
      each->home = nullptr;
      owner_.keep_to_the_end(std::move(each));
    } else {
      each->object.Reset();
    }
  }
}

void script_modules::add(v8::Local<v8::Module> module, v8::Local<v8::Object> object) {
  auto* isolate = owner_.v8();
  auto made = std::make_unique<entry>();
  made->home = this;
  made->hash = module->GetIdentityHash();
  made->handle.Reset(isolate, module);
  made->handle.SetWeak();
  made->object.Reset(isolate, object);
  made->object.SetWeak(
    made.get(),
    [](const v8::WeakCallbackInfo<entry>& gone) {
      gone.GetParameter()->object.Reset();
      gone.SetSecondPassCallback([](const v8::WeakCallbackInfo<entry>& late) {
        auto* dead = late.GetParameter();
        if (dead->home != nullptr) // which has not ended
          dead->home->forget(*dead);
      });
    },
    v8::WeakCallbackType::kParameter);
  auto hash = made->hash;
  entries_.emplace(hash, std::move(made));
}

void script_modules::forget(entry& gone) {
  auto [first, last] = entries_.equal_range(gone.hash);
  for (auto each = first; each != last; ++each)
    if (each->second.get() == &gone) {
      entries_.erase(each);
      return;
    }
}

script_modules::entry* script_modules::find_entry(v8::Local<v8::Module> module) const {
  auto [first, last] = entries_.equal_range(module->GetIdentityHash());
  for (auto each = first; each != last; ++each)
    if (each->second->handle == module && !each->second->object.IsEmpty())
      return each->second.get();
  return nullptr;
}

module_node& script_modules::node_of(v8::Local<v8::Module> module) const {
  return *find_entry(module);
}

void script_modules::set_targets(v8::Local<v8::Module> module,
                                 const v8::LocalVector<v8::Module>& targets) {
  auto& list = find_entry(module)->targets;
  list.clear();
  for (auto each : targets)
    list.push_back(find_entry(each));
}

v8::MaybeLocal<v8::Object> script_modules::find(v8::Local<v8::Module> module) const {
  if (auto* found = find_entry(module))
    return found->object.Get(owner_.v8());
  return {};
}

void script_modules::clear() {
  server_.Reset();
  default_loader_.Reset();
}

} // namespace troupe::js::node_vm
