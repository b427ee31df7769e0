#include "runtime/object_requests.hpp"

#include "runtime/environment.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <v8-container.h>

#include <utility>
#include <vector>

namespace troupe::js {

namespace {

/// What a failed V8 call stands for until the pending exception replaces it.
error pending_exception() {
  return {.code = errc::uncaught_exception, .message = "a script exception is pending"};
}

} // namespace

void object_requests::answer_about(request_id request, const value& of, object_body body) {
  owner_.answer_in_turn(
    request, [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
      auto object = owner_.exchange_.find_object(here, context, of);
      if (!object)
        return std::move(object).error();
      return body(here, context, *object);
    });
}

void object_requests::get_property(request_id request, const value& of, const std::string& key,
                                   take_as how) {
  answer_about(request, of,
               [&](isolate_scope& here, v8::Local<v8::Context> context,
                   v8::Local<v8::Object> object) -> result<value> {
                 v8::Local<v8::String> name;
                 v8::Local<v8::Value> item;
                 if (!to_v8_string(here.v8(), key).ToLocal(&name)
                     || !object->Get(context, name).ToLocal(&item))
                   return pending_exception();
                 return owner_.exchange_.take(here, context, item, how, true);
               });
}

void object_requests::set_property(request_id request, const value& of, const std::string& key,
                                   const value& item) {
  answer_about(request, of,
               [&](isolate_scope& here, v8::Local<v8::Context> context,
                   v8::Local<v8::Object> object) -> result<value> {
                 v8::Local<v8::String> name;
                 if (!to_v8_string(here.v8(), key).ToLocal(&name))
                   return pending_exception();
                 auto made = clone_in_or_why(here, context, item);
                 if (!made)
                   return std::move(made).error();
                 bool assigned = false;
                 if (!owner_.assign(here, object, name, *made).To(&assigned))
                   return pending_exception();
                 if (!assigned)
                   return error{.code = errc::invalid_argument,
                                .message = fmt::format(
                                  "the {0} '{1}' cannot be set: it is read-only, has no "
                                  "setter, or the {0} object takes no more properties",
                                  of.is_undefined() ? "global" : "referenced", key)};
                 return value{};
               });
}

void object_requests::has_property(request_id request, const value& of, const std::string& key) {
  answer_about(request, of,
               [&](isolate_scope& here, v8::Local<v8::Context> context,
                   v8::Local<v8::Object> object) -> result<value> {
                 v8::Local<v8::String> name;
                 bool has = false;
                 if (!to_v8_string(here.v8(), key).ToLocal(&name)
                     || !object->Has(context, name).To(&has))
                   return pending_exception();
                 return value{has};
               });
}

void object_requests::delete_property(request_id request, const value& of,
                                      const std::string& key) {
  answer_about(request, of,
               [&](isolate_scope& here, v8::Local<v8::Context> context,
                   v8::Local<v8::Object> object) -> result<value> {
                 v8::Local<v8::String> name;
                 bool deleted = false;
                 if (!to_v8_string(here.v8(), key).ToLocal(&name)
                     || !object->Delete(context, name).To(&deleted))
                   return pending_exception();
                 return value{deleted};
               });
}

void object_requests::property_keys(request_id request, const value& of) {
  answer_about(request, of,
               [&](isolate_scope& here, v8::Local<v8::Context> context,
                   v8::Local<v8::Object> object) -> result<value> {
                 constexpr auto filter =
                   static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS);
                 v8::Local<v8::Array> keys;
                 if (!object
                        ->GetPropertyNames(context, v8::KeyCollectionMode::kOwnOnly, filter,
                                           v8::IndexFilter::kIncludeIndices,
                                           v8::KeyConversionMode::kConvertToString)
                        .ToLocal(&keys))
                   return pending_exception();
                 return clone_out(here, context, keys);
               });
}

void object_requests::call(request_id request, const call_spec& what,
                           const run_options& options) {
  owner_.evaluate(request, std::string{}, options, true,
                  [&](isolate_scope& here, v8::Local<v8::Context> context,
                      const v8::TryCatch&) -> result<v8::MaybeLocal<v8::Value>> {
                    auto callee = owner_.exchange_.find_object(here, context, what.callee);
                    if (!callee)
                      return std::move(callee).error();
                    if (!(*callee)->IsCallable())
                      return error{.code = errc::invalid_argument,
                                   .message = "the reference is not to a function"};
                    std::vector<v8::Local<v8::Value>> arguments;
                    for (const auto& argument : what.arguments) {
                      auto made = clone_in_or_why(here, context, argument);
                      if (!made)
                        return std::move(made).error();
                      arguments.push_back(*made);
                    }
                    auto receiver = clone_in_or_why(here, context, what.receiver);
                    if (!receiver)
                      return std::move(receiver).error();
                    return (*callee)->CallAsFunction(
                      context, *receiver, static_cast<int>(arguments.size()), arguments.data());
                  });
}

void object_requests::copy(request_id request, const value& of, const run_options& options) {
  owner_.evaluate(request, std::string{}, options, true,
                  [&](isolate_scope& here, v8::Local<v8::Context> context,
                      const v8::TryCatch&) -> result<v8::MaybeLocal<v8::Value>> {
                    auto object = owner_.exchange_.find_object(here, context, of);
                    if (!object)
                      return std::move(object).error();
                    return v8::MaybeLocal<v8::Value>{*object};
                  });
}

} // namespace troupe::js
