#include "runtime/wasm_budget.hpp"

#include <fmt/format.h>

#include <utility>

namespace troupe::js {

// -- wasm_functions ---------------------------------------------------------------------------

bool wasm_functions::add(const sha256_digest& key, std::uint64_t functions) {
  std::lock_guard guard{mutex_};
  auto found = modules_.find(key);
  if (found == modules_.end()) {
    if (functions > bound_ - taken_)
      return false;
    found = modules_.emplace(key, living{.functions = functions}).first;
    taken_ += functions;
  }
  ++found->second.times;
  return true;
}

void wasm_functions::remove(const sha256_digest& key) {
  std::lock_guard guard{mutex_};
  auto found = modules_.find(key);
  if (found == modules_.end() || --found->second.times > 0)
    return;
  taken_ -= found->second.functions;
  modules_.erase(found);
}

// -- wasm_tables ------------------------------------------------------------------------------

wasm_tables::wasm_tables(const wasm_bounds& bounds)
  : bounds_(bounds), functions_(bounds.functions) {
}

std::shared_ptr<wasm_tables> wasm_tables::of_process() {
  // Never destroyed: threads of isolates that were given up may still use it at the exit.
  static const auto& tables = *new auto(std::make_shared<wasm_tables>());
  return tables;
}

bool wasm_tables::add_types(const wasm_needs& needs, std::uint64_t& taken) {
  if (needs.types > wasm_types_of_a_module_max)
    return false;
  std::lock_guard guard{mutex_};
  std::set<sha256_digest> fresh;
  std::uint64_t count = 0;
  std::uint64_t passing = 0; // that V8 will refuse
  for (const auto& [key, types, understood] : needs.groups) {
    if (!understood)
      passing += types;
    else if (!types_.contains(key) && fresh.insert(key).second)
      count += types;
    if (taken + count + passing > bounds_.types_of_one || types_taken_ + count > bounds_.types)
      return false;
  }
  types_.merge(fresh);
  types_taken_ += count;
  taken += count + passing;
  return true;
}

// -- wasm_budget::charge ----------------------------------------------------------------------

wasm_budget::charge& wasm_budget::charge::operator=(charge&& other) noexcept {
  std::swap(tables_, other.tables_);
  std::swap(own_, other.own_);
  std::swap(module_, other.module_);
  return *this;
}

wasm_budget::charge::~charge() {
  if (!tables_)
    return;
  own_->remove(module_);
  tables_->functions().remove(module_);
}

// -- wasm_budget ------------------------------------------------------------------------------

wasm_budget::wasm_budget(std::shared_ptr<wasm_tables> tables)
  : tables_(std::move(tables)),
    own_(std::make_shared<wasm_functions>(tables_->bounds().functions_of_one)),
    unshared_name_(fmt::format("{}", static_cast<const void*>(own_.get()))) {
}

bool wasm_budget::admit_types(const wasm_needs& needs) {
  return tables_->add_types(needs, types_taken_);
}

bool wasm_budget::admit_tag(std::string_view parameters) {
  wasm_needs needs{.types = 1};
  needs.groups.push_back({sha256{}.add_text("tag").add_text(parameters).finish(), 1});
  return admit_types(needs);
}

bool wasm_budget::admit_functions(std::span<const std::byte> module, const wasm_needs& needs,
                                  bool shared, charge& to) {
  sha256 key;
  key.add(module);
  if (!shared)
    key.add(std::as_bytes(std::span{&++unshared_, 1})).add_text(unshared_name_);
  auto digest = key.finish();
  if (!own_->add(digest, needs.functions))
    return false;
  if (!tables_->functions().add(digest, needs.functions)) {
    own_->remove(digest);
    return false;
  }
  charge made;
  made.tables_ = tables_;
  made.own_ = own_;
  made.module_ = digest;
  to = std::move(made);
  return true;
}

} // namespace troupe::js
