#include "runtime/lease.hpp"

#include "runtime/value_graph.hpp"

namespace troupe::js {

using detail::value_access;

std::shared_ptr<const lease> lease_of(const value& from) {
  if (!from.is(value_kind::reference))
    return nullptr;
  return std::static_pointer_cast<const lease>(*value_access::slot(from).node->resource);
}

value lease_table::add(isolate_scope& here, v8::Local<v8::Object> object,
                       const std::optional<sha256_digest>& digest) {
  make_room();
  auto id = ++last_id_;
  objects_.emplace(id, entry{{here.v8(), object}, digest, {}});
  return detail::make_leaf(value_kind::reference,
                           std::make_shared<lease>(returns_, id, object->IsCallable(), owner_));
}

value lease_table::add(module_hold module) {
  make_room();
  auto id = ++last_id_;
  objects_.emplace(id, entry{{}, {}, std::move(module)});
  return detail::make_leaf(value_kind::reference,
                           std::make_shared<lease>(returns_, id, false, owner_));
}

void lease_table::make_room() {
  if (objects_.size() < look_at_)
    return;
  collect();
  look_at_ = 2 * objects_.size() + look_at_min;
}

lease_table::found_object lease_table::find(isolate_scope& here, const lease& which) const {
  if (which.home() != returns_.get())
    return {finding::foreign};
  auto found = objects_.find(which.id());
  if (found == objects_.end())
    return {finding::stale};
  if (found->second.module)
    return {.what = finding::module, .module = found->second.module};
  return {finding::found, found->second.object.Get(here.v8()), found->second.digest};
}

} // namespace troupe::js
