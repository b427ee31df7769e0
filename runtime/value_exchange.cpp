#include "runtime/value_exchange.hpp"

#include "runtime/error_capture.hpp"
#include "runtime/host_calls.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-exception.h>

#include <utility>

namespace troupe::js {

result<v8::Local<v8::Object>> value_exchange::find_object(isolate_scope& here,
                                                          v8::Local<v8::Context> context,
                                                          const value& of) const {
  if (of.is_undefined())
    return context->Global();
  auto held = lease_of(of);
  if (!held)
    return error{.code = errc::invalid_argument, .message = "the value is no reference"};
  auto found = leases_.find(here, *held);
  if (found.what != lease_table::finding::found)
    return missing_lease(found.what);
  return found.object;
}

result<module_hold> value_exchange::find_module(isolate_scope& here, const value& of) const {
  auto held = lease_of(of);
  if (!held)
    return error{.code = errc::not_a_module, .message = "the value is no module"};
  auto found = leases_.find(here, *held);
  switch (found.what) {
    case lease_table::finding::module:
      return found.module;
    case lease_table::finding::found:
      return error{.code = errc::not_a_module, .message = "the reference is to no module"};
    case lease_table::finding::foreign:
      return error{.code = errc::module_different_context,
                   .message =
                     fmt::format("the module is of another context than '{}'", context_)};
    case lease_table::finding::stale:
      break;
  }
  return error{.code = errc::stale_reference,
               .message =
                 fmt::format("the realm of the module, in context '{}', is gone", context_)};
}

error value_exchange::missing_lease(lease_table::finding what) const {
  if (what == lease_table::finding::foreign)
    return {.code = errc::invalid_argument,
            .message = fmt::format("the reference is to an object of another context than '{}'",
                                   context_)};
  if (what == lease_table::finding::module)
    return {.code = errc::invalid_argument,
            .message = "the reference is to a module, which is no object"};
  return {.code = errc::stale_reference,
          .message = fmt::format("the realm of the object, in context '{}', is gone", context_)};
}

v8::MaybeLocal<v8::Value> value_exchange::make_function(
  isolate_scope& here, v8::Local<v8::Context> context,
  std::shared_ptr<const troupe::detail::host_callable> callable) {
  v8::Local<v8::Function> made;
  if (!calls_.make_function(here, context, std::move(callable)).ToLocal(&made))
    return {};
  return made;
}

v8::MaybeLocal<v8::Value> value_exchange::find_leased(isolate_scope& here, const lease& which) {
  auto found = leases_.find(here, which);
  if (found.what == lease_table::finding::found)
    return found.object;
  auto* isolate = here.v8();
  auto message =
    found.what == lease_table::finding::foreign
      ? v8::String::NewFromUtf8Literal(isolate, "A reference to an object of another context")
    : found.what == lease_table::finding::module
      ? v8::String::NewFromUtf8Literal(isolate, "A reference to a module, which is no object")
      : v8::String::NewFromUtf8Literal(isolate, "A reference to an object of a realm that is "
                                                "gone");
  isolate->ThrowException(v8::Exception::TypeError(message));
  return {};
}

result<value> value_exchange::take(isolate_scope& here, v8::Local<v8::Context> context,
                                   v8::Local<v8::Value> from, take_as how, bool display_errors,
                                   clone_budget* spent) {
  if (how == take_as::nothing)
    return value{};
  if (how == take_as::reference && from->IsObject())
    return leases_.add(here, from.As<v8::Object>());
  if (from->IsModuleNamespaceObject())
    return take_namespace(here, context, from.As<v8::Object>(), how);
  v8::TryCatch caught{here.v8()};
  auto copy = clone_out(here, context, from,
                        how == take_as::transfer ? clone_mode::transfer : clone_mode::copy, spent);
  if (!copy && caught.HasCaught() && !caught.HasTerminated())
    return capture_error(here, context, caught, errc::uncaught_exception, display_errors);
  return copy;
}

result<value> value_exchange::take_export(isolate_scope& here, v8::Local<v8::Context> context,
                                          v8::Local<v8::Value> from, take_as how,
                                          clone_budget* spent) {
  // A namespace may have itself among its exports.
  if ((from->IsFunction() || from->IsModuleNamespaceObject()) && how != take_as::nothing)
    return leases_.add(here, from.As<v8::Object>());
  auto copy = take(here, context, from, how, true, spent);
  if (!copy && copy.error().code == errc::clone_failed && from->IsObject())
    return leases_.add(here, from.As<v8::Object>());
  return copy;
}

result<value> value_exchange::take_namespace(isolate_scope& here, v8::Local<v8::Context> context,
                                             v8::Local<v8::Object> from, take_as how) {
  v8::TryCatch caught{here.v8()};
  v8::Local<v8::Array> names;
  if (!from
         ->GetPropertyNames(context, v8::KeyCollectionMode::kOwnOnly, v8::SKIP_SYMBOLS,
                            v8::IndexFilter::kIncludeIndices,
                            v8::KeyConversionMode::kConvertToString)
         .ToLocal(&names))
    return capture_error(here, context, caught, errc::uncaught_exception, true);
  std::vector<value::member> exports;
  clone_budget spent;
  for (std::uint32_t i = 0; i < names->Length(); ++i) {
    v8::Local<v8::Value> name;
    v8::Local<v8::Value> item;
    if (!names->Get(context, i).ToLocal(&name) || !from->Get(context, name).ToLocal(&item))
      return capture_error(here, context, caught, errc::uncaught_exception, true);
    auto key = to_utf8(here.v8(), name.As<v8::String>());
    auto copy = take_export(here, context, item, how, &spent);
    if (!copy)
      return copy;
    exports.push_back({std::move(key), *std::move(copy)});
  }
  return value::object(std::move(exports));
}

} // namespace troupe::js
