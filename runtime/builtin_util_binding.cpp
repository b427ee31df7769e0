#include "runtime/builtin_bindings.hpp"
#include "runtime/exception.hpp"
#include "runtime/regexp_flags.hpp"

#include <uv.h>
#include <v8-container.h>
#include <v8-debug.h>
#include <v8-exception.h>
#include <v8-function.h>
#include <v8-promise.h>
#include <v8-proxy.h>
#include <v8-regexp.h>

#include <string>
#include <vector>

namespace troupe::js {

namespace {

using call = v8::FunctionCallbackInfo<v8::Value>;

/// [state, result] of a promise; state: 0 pending, 1 fulfilled, 2 rejected.
void promise_details(const call& info) {
  if (!info[0]->IsPromise())
    return;
  auto* isolate = info.GetIsolate();
  auto promise = info[0].As<v8::Promise>();
  v8::Local<v8::Value> parts[]{v8::Integer::New(isolate, promise->State()),
                               v8::Undefined(isolate)};
  if (promise->State() != v8::Promise::kPending)
    parts[1] = promise->Result();
  info.GetReturnValue().Set(v8::Array::New(isolate, parts, std::size(parts)));
}

/// [target, handler] of a proxy, each null when it was revoked; undefined of others.
void proxy_details(const call& info) {
  if (!info[0]->IsProxy())
    return;
  auto proxy = info[0].As<v8::Proxy>();
  v8::Local<v8::Value> parts[]{proxy->GetTarget(), proxy->GetHandler()};
  info.GetReturnValue().Set(v8::Array::New(info.GetIsolate(), parts, std::size(parts)));
}

/// [entries, are they pairs?] of a Map, Set, iterator, WeakMap or WeakSet: what is left
/// in it; undefined of others.
void preview_entries(const call& info) {
  if (!info[0]->IsObject())
    return;
  auto* isolate = info.GetIsolate();
  bool pairs = false;
  v8::Local<v8::Array> entries;
  if (!info[0].As<v8::Object>()->PreviewEntries(&pairs).ToLocal(&entries))
    return;
  v8::Local<v8::Value> parts[]{entries, v8::Boolean::New(isolate, pairs)};
  info.GetReturnValue().Set(v8::Array::New(isolate, parts, std::size(parts)));
}

/// Own keys that are no array indices: (object, only enumerable ones?).
void own_non_index_keys(const call& info) {
  if (!info[0]->IsObject())
    return;
  auto filter = info[1]->IsTrue() ? v8::ONLY_ENUMERABLE : v8::ALL_PROPERTIES;
  v8::Local<v8::Array> keys;
  if (info[0]
        .As<v8::Object>()
        ->GetPropertyNames(info.GetIsolate()->GetCurrentContext(),
                           v8::KeyCollectionMode::kOwnOnly, filter, v8::IndexFilter::kSkipIndices)
        .ToLocal(&keys))
    info.GetReturnValue().Set(keys);
}

/// The name of the constructor that an object was made by, without looking anything up.
void constructor_name(const call& info) {
  if (info[0]->IsObject())
    info.GetReturnValue().Set(info[0].As<v8::Object>()->GetConstructorName());
}

/// `/source/flags`, without looking anything up.
void regexp_text(const call& info) {
  if (!info[0]->IsRegExp())
    return;
  auto* isolate = info.GetIsolate();
  auto from = info[0].As<v8::RegExp>();
  auto source = from->GetSource();
  std::string flags = "/";
  for (auto [bit, letter] : regexp_flags)
    if ((from->GetFlags() & bit) != 0)
      flags += letter;
  auto part = [&](const std::string& text) {
    return v8::String::NewFromUtf8(isolate, text.c_str()).ToLocalChecked();
  };
  constexpr int around_max = 16;
  if (source->Length() > v8::String::kMaxLength - around_max)
    source = shown_in_message(isolate, source);
  info.GetReturnValue().Set(
    v8::String::Concat(isolate, v8::String::Concat(isolate, part("/"), source), part(flags)));
}

/// The numbers are those of internal/util/kinds.js.
enum class kind : std::uint8_t {
  other,
  array,
  arguments,
  regexp,
  date,
  native_error,
  array_buffer,
  shared_array_buffer,
  data_view,
  typed_array,
  promise,
  set,
  map,
  set_iterator,
  map_iterator,
  weak_set,
  weak_map,
  module_namespace,
  external,
  boxed,
};

kind kind_of(v8::Value& value) {
  if (!value.IsObject())
    return value.IsExternal() ? kind::external : kind::other;
  if (value.IsArray())
    return kind::array;
  if (value.IsArrayBufferView())
    return value.IsDataView() ? kind::data_view : kind::typed_array;
  struct test {
    bool (v8::Value::*is)() const;
    kind found;
  };
  constexpr test tests[]{
    {&v8::Value::IsMap, kind::map},
    {&v8::Value::IsSet, kind::set},
    {&v8::Value::IsDate, kind::date},
    {&v8::Value::IsRegExp, kind::regexp},
    {&v8::Value::IsNativeError, kind::native_error},
    {&v8::Value::IsPromise, kind::promise},
    {&v8::Value::IsArgumentsObject, kind::arguments},
    {&v8::Value::IsArrayBuffer, kind::array_buffer},
    {&v8::Value::IsSharedArrayBuffer, kind::shared_array_buffer},
    {&v8::Value::IsSetIterator, kind::set_iterator},
    {&v8::Value::IsMapIterator, kind::map_iterator},
    {&v8::Value::IsWeakSet, kind::weak_set},
    {&v8::Value::IsWeakMap, kind::weak_map},
    {&v8::Value::IsModuleNamespaceObject, kind::module_namespace},
    {&v8::Value::IsExternal, kind::external},
    {&v8::Value::IsNumberObject, kind::boxed},
    {&v8::Value::IsStringObject, kind::boxed},
    {&v8::Value::IsBooleanObject, kind::boxed},
    {&v8::Value::IsBigIntObject, kind::boxed},
    {&v8::Value::IsSymbolObject, kind::boxed},
  };
  for (const auto& each : tests)
    if ((value.*each.is)())
      return each.found;
  return kind::other;
}

/// kindOf(value): one question instead of twenty.
void kind_of_value(const call& info) {
  info.GetReturnValue().Set(static_cast<std::int32_t>(kind_of(**info[0])));
}

/// callSites(count): the innermost frames of the script, the caller's own left out; of each
/// [function, script id, script, line, column].
void call_sites(const call& info) {
  auto* isolate = info.GetIsolate();
  auto count = info[0].As<v8::Int32>()->Value();
  auto stack = v8::StackTrace::CurrentStackTrace(isolate, count + 1, v8::StackTrace::kDetailed);
  auto text = [&](v8::Local<v8::String> from) -> v8::Local<v8::Value> {
    return from.IsEmpty() ? v8::String::Empty(isolate) : from;
  };
  std::vector<v8::Local<v8::Value>> sites;
  for (int i = 1; i < stack->GetFrameCount(); ++i) {
    auto frame = stack->GetFrame(isolate, static_cast<std::uint32_t>(i));
    v8::Local<v8::Value> parts[]{
      text(frame->GetFunctionName()), v8::Integer::New(isolate, frame->GetScriptId()),
      text(frame->GetScriptNameOrSourceURL()), v8::Integer::New(isolate, frame->GetLineNumber()),
      v8::Integer::New(isolate, frame->GetColumn())};
    sites.push_back(v8::Array::New(isolate, parts, std::size(parts)));
  }
  info.GetReturnValue().Set(v8::Array::New(isolate, sites.data(), sites.size()));
}

/// systemErrors(): [number, name, message] of each error of the system.
void system_errors(const call& info) {
  auto* isolate = info.GetIsolate();
  std::vector<v8::Local<v8::Value>> all;
  auto add = [&](int number, const char* name, const char* message) {
    v8::Local<v8::Value> parts[]{v8::Integer::New(isolate, number),
                                 v8::String::NewFromUtf8(isolate, name).ToLocalChecked(),
                                 v8::String::NewFromUtf8(isolate, message).ToLocalChecked()};
    all.push_back(v8::Array::New(isolate, parts, std::size(parts)));
  };
#define TROUPE_ADD(name, message) add(UV_##name, #name, message);
  UV_ERRNO_MAP(TROUPE_ADD)
#undef TROUPE_ADD
  info.GetReturnValue().Set(v8::Array::New(isolate, all.data(), all.size()));
}

template <bool (v8::Value::*Is)() const>
void is(const call& info) {
  info.GetReturnValue().Set(((**info[0]).*Is)());
}

} // namespace

void fill_util_binding(isolate_scope&, v8::Local<v8::Context> context, v8::Local<v8::Object> to) {
  auto add = [&](const char* name, v8::FunctionCallback callback) {
    add_function(context, to, name, callback);
  };
  add("getPromiseDetails", &promise_details);
  add("getProxyDetails", &proxy_details);
  add("previewEntries", &preview_entries);
  add("getOwnNonIndexProperties", &own_non_index_keys);
  add("getConstructorName", &constructor_name);
  add("getRegExpText", &regexp_text);
  add("kindOf", &kind_of_value);
  add("callSites", &call_sites);
  add("systemErrors", &system_errors);
  add("isArgumentsObject", &is<&v8::Value::IsArgumentsObject>);
  add("isArrayBuffer", &is<&v8::Value::IsArrayBuffer>);
  add("isAsyncFunction", &is<&v8::Value::IsAsyncFunction>);
  add("isBigIntObject", &is<&v8::Value::IsBigIntObject>);
  add("isBooleanObject", &is<&v8::Value::IsBooleanObject>);
  add("isDataView", &is<&v8::Value::IsDataView>);
  add("isDate", &is<&v8::Value::IsDate>);
  add("isExternal", &is<&v8::Value::IsExternal>);
  add("isGeneratorFunction", &is<&v8::Value::IsGeneratorFunction>);
  add("isGeneratorObject", &is<&v8::Value::IsGeneratorObject>);
  add("isMap", &is<&v8::Value::IsMap>);
  add("isMapIterator", &is<&v8::Value::IsMapIterator>);
  add("isModuleNamespaceObject", &is<&v8::Value::IsModuleNamespaceObject>);
  add("isNativeError", &is<&v8::Value::IsNativeError>);
  add("isNumberObject", &is<&v8::Value::IsNumberObject>);
  add("isPromise", &is<&v8::Value::IsPromise>);
  add("isProxy", &is<&v8::Value::IsProxy>);
  add("isRegExp", &is<&v8::Value::IsRegExp>);
  add("isSet", &is<&v8::Value::IsSet>);
  add("isSetIterator", &is<&v8::Value::IsSetIterator>);
  add("isSharedArrayBuffer", &is<&v8::Value::IsSharedArrayBuffer>);
  add("isStringObject", &is<&v8::Value::IsStringObject>);
  add("isSymbolObject", &is<&v8::Value::IsSymbolObject>);
  add("isWeakMap", &is<&v8::Value::IsWeakMap>);
  add("isWeakSet", &is<&v8::Value::IsWeakSet>);
}

} // namespace troupe::js
