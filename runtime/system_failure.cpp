#include "runtime/system_failure.hpp"

#include <uv.h>
#include <v8-primitive.h>

#include <iterator>

namespace troupe::js {

v8::Local<v8::Array> system_failure(v8::Isolate* isolate, int status) {
  auto text = [&](const char* ascii) {
    return v8::String::NewFromUtf8(isolate, ascii).ToLocalChecked();
  };
  v8::Local<v8::Value> items[]{v8::Integer::New(isolate, status), text(uv_err_name(status)),
                               text(uv_strerror(status))};
  return v8::Array::New(isolate, items, std::size(items));
}

} // namespace troupe::js
