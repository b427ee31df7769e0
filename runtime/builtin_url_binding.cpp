#include "runtime/builtin_bindings.hpp"
#include "runtime/structured_clone.hpp"

#include <ada.h>
#include <v8-container.h>
#include <v8-function.h>

#include <string>
#include <string_view>

namespace troupe::js {

namespace {

using call = v8::FunctionCallbackInfo<v8::Value>;
using url = ada::url_aggregator;

v8::Local<v8::Value> text(v8::Isolate* isolate, std::string_view from) {
  v8::Local<v8::String> made;
  if (to_v8_string(isolate, from).ToLocal(&made))
    return made;
  return v8::String::Empty(isolate);
}

std::string argument(const call& info, int index) {
  return to_utf8(info.GetIsolate(), info[index].As<v8::String>());
}

/// What a URL shows, in the order that internal/url.js knows.
v8::Local<v8::Value> parts_of(v8::Isolate* isolate, const url& from) {
  v8::Local<v8::Value> parts[]{
    text(isolate, from.get_href()),     text(isolate, from.get_origin()),
    text(isolate, from.get_protocol()), text(isolate, from.get_username()),
    text(isolate, from.get_password()), text(isolate, from.get_host()),
    text(isolate, from.get_hostname()), text(isolate, from.get_port()),
    text(isolate, from.get_pathname()), text(isolate, from.get_search()),
    text(isolate, from.get_hash())};
  return v8::Array::New(isolate, parts, std::size(parts));
}

/// parse(input, base or undefined) → parts; undefined: no URL.
void parse(const call& info) {
  auto input = argument(info, 0);
  ada::result<url> base;
  bool has_base = info[1]->IsString();
  if (has_base) {
    base = ada::parse<url>(argument(info, 1));
    if (!base)
      return;
  }
  auto made = ada::parse<url>(input, has_base ? &*base : nullptr);
  if (made)
    info.GetReturnValue().Set(parts_of(info.GetIsolate(), *made));
}

/// update(href, name, value) → parts
void update(const call& info) {
  auto made = ada::parse<url>(argument(info, 0));
  if (!made)
    return;
  auto name = argument(info, 1);
  auto item = argument(info, 2);
  bool taken = true;
  if (name == "href")
    taken = made->set_href(item);
  else if (name == "protocol")
    made->set_protocol(item);
  else if (name == "username")
    made->set_username(item);
  else if (name == "password")
    made->set_password(item);
  else if (name == "host")
    made->set_host(item);
  else if (name == "hostname")
    made->set_hostname(item);
  else if (name == "port")
    made->set_port(item);
  else if (name == "pathname")
    made->set_pathname(item);
  else if (name == "search")
    made->set_search(item);
  else if (name == "hash")
    made->set_hash(item);
  if (taken)
    info.GetReturnValue().Set(parts_of(info.GetIsolate(), *made));
}

/// As a URL would have it as its host; empty: none.
void domain_to_ascii(const call& info) {
  auto made = ada::parse<url>("ws://" + argument(info, 0));
  info.GetReturnValue().Set(
    text(info.GetIsolate(), made ? made->get_hostname() : std::string_view{}));
}

void domain_to_unicode(const call& info) {
  auto made = ada::parse<url>("ws://" + argument(info, 0));
  info.GetReturnValue().Set(
    text(info.GetIsolate(), made ? ada::idna::to_unicode(made->get_hostname()) : std::string{}));
}

} // namespace

void fill_url_binding(isolate_scope&, v8::Local<v8::Context> context, v8::Local<v8::Object> to) {
  add_function(context, to, "parse", &parse);
  add_function(context, to, "update", &update);
  add_function(context, to, "domainToASCII", &domain_to_ascii);
  add_function(context, to, "domainToUnicode", &domain_to_unicode);
}

} // namespace troupe::js
