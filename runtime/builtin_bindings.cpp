#include "runtime/builtin_bindings.hpp"

#include "runtime/builtin_table.hpp"
#include "runtime/environment.hpp"
#include "runtime/exception.hpp"
#include "runtime/script_modules.hpp"
#include "runtime/script_process.hpp"
#include "runtime/script_timers.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-container.h>
#include <v8-external.h>
#include <v8-function.h>
#include <v8-microtask-queue.h>

#include <chrono>
#include <vector>

namespace troupe::js {

namespace {

using call = v8::FunctionCallbackInfo<v8::Value>;

// A line is text outside of V8's heap.
constexpr std::size_t line_max = std::size_t{16} << 20;

/// write(is it an error?, text)
void write(const call& info) {
  auto& owner = *static_cast<environment*>(info.Data().As<v8::External>()->Value());
  auto* isolate = info.GetIsolate();
  auto text = info[1].As<v8::String>();
  // Three bytes per unit at most.
  auto shown = text->Length() <= static_cast<int>(line_max / 3)
                 ? to_utf8(isolate, text)
                 : to_utf8(isolate, text).substr(0, line_max);
  if (!owner.write_line(info[0]->IsTrue() ? console_line::stream::err : console_line::stream::out,
                        std::move(shown)))
    throw_stopped(isolate);
}

/// enqueueMicrotask(function)
void enqueue_microtask(const call& info) {
  auto* isolate = info.GetIsolate();
  isolate->GetCurrentContext()->GetMicrotaskQueue()->EnqueueMicrotask(isolate,
                                                                      info[0].As<v8::Function>());
}

using clock = std::chrono::steady_clock;

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

/// now(): milliseconds since the realm was made.
void now(const call& info) {
  auto begin = static_cast<clock::rep>(info.Data().As<v8::BigInt>()->Int64Value());
  info.GetReturnValue().Set(
    milliseconds(clock::now().time_since_epoch() - clock::duration{begin}));
}

/// timeOrigin(): that, since 1970.
void time_origin(const call& info) {
  info.GetReturnValue().Set(info.Data());
}

builtin_modules& modules_of(const call& info) {
  return *static_cast<builtin_modules*>(info.Data().As<v8::External>()->Value());
}

/// names(): of the modules that the context was given, sorted.
void builtin_names(const call& info) {
  auto* isolate = info.GetIsolate();
  std::vector<v8::Local<v8::Value>> names;
  for (const auto& each : public_modules())
    if (modules_of(info).given().has(each.part_of))
      names.push_back(v8::String::NewFromUtf8(isolate, each.name.data(),
                                              v8::NewStringType::kInternalized,
                                              static_cast<int>(each.name.size()))
                        .ToLocalChecked());
  info.GetReturnValue().Set(v8::Array::New(isolate, names.data(), names.size()));
}

/// load(name)
void load_builtin(const call& info) {
  isolate_scope here{isolate::of(info.GetIsolate())};
  v8::Local<v8::Value> exports;
  if (modules_of(info)
        .require(here, to_utf8(here.v8(), info[0].As<v8::String>()))
        .ToLocal(&exports))
    info.GetReturnValue().Set(exports);
}

/// Of what a host gives: files, modules, the process.
void add_host_bindings(builtin_modules& to, environment& owner) {
  to.add_binding("builtins", [&to](isolate_scope& here, v8::Local<v8::Context> context,
                                   v8::Local<v8::Object> object) {
    auto self = v8::External::New(here.v8(), &to);
    add_function(context, object, "names", &builtin_names, self);
    add_function(context, object, "load", &load_builtin, self);
  });
  to.add_binding("fs", [&owner](isolate_scope& here, v8::Local<v8::Context> context,
                                v8::Local<v8::Object> object) {
    fill_fs_binding(here, context, object, owner);
  });
  to.add_binding("net", [&owner](isolate_scope& here, v8::Local<v8::Context> context,
                                 v8::Local<v8::Object> object) {
    fill_net_binding(here, context, object, owner);
  });
  to.add_binding("child_process", [&owner](isolate_scope& here, v8::Local<v8::Context> context,
                                           v8::Local<v8::Object> object) {
    fill_child_process_binding(here, context, object, owner);
  });
  if (auto* process = owner.process())
    to.add_binding("process", [process](isolate_scope& here, v8::Local<v8::Context> context,
                                        v8::Local<v8::Object> object) {
      process->fill_binding(here, context, object);
    });
  if (auto* modules = owner.all_file_modules())
    to.add_binding("modules", [modules](isolate_scope& here, v8::Local<v8::Context> context,
                                        v8::Local<v8::Object> object) {
      modules->fill_binding(here, context, object);
    });
}

} // namespace

void add_bindings(builtin_modules& to, environment& owner) {
  add_host_bindings(to, owner);
  to.add_binding("util", &fill_util_binding);
  to.add_binding("os", &fill_os_binding);
  to.add_binding("vm", [&owner](isolate_scope& here, v8::Local<v8::Context> context,
                                v8::Local<v8::Object> object) {
    fill_vm_binding(owner, here, context, object);
  });
  to.add_binding("encoding", &fill_encoding_binding);
  to.add_binding("clone", &fill_clone_binding);
  to.add_binding("url", &fill_url_binding);
  to.add_binding("buffer", &fill_buffer_binding);
  to.add_binding(
    "tasks", [](isolate_scope&, v8::Local<v8::Context> context, v8::Local<v8::Object> object) {
      add_function(context, object, "enqueueMicrotask", &enqueue_microtask);
    });
  to.add_binding("console", [&owner](isolate_scope& here, v8::Local<v8::Context> context,
                                     v8::Local<v8::Object> object) {
    add_function(context, object, "write", &write, v8::External::New(here.v8(), &owner));
  });
  to.add_binding("timers", [&owner](isolate_scope& here, v8::Local<v8::Context> context,
                                    v8::Local<v8::Object> object) {
    owner.timers().fill_binding(here, context, object);
  });
  to.add_binding("clock", [begin = clock::now(), origin = std::chrono::system_clock::now()](
                            isolate_scope& here, v8::Local<v8::Context> context,
                            v8::Local<v8::Object> object) {
    auto* isolate = here.v8();
    add_function(context, object, "now", &now,
                 v8::BigInt::New(isolate, begin.time_since_epoch().count()));
    add_function(context, object, "timeOrigin", &time_origin,
                 v8::Number::New(isolate, milliseconds(origin.time_since_epoch())));
  });
}

void add_function(v8::Local<v8::Context> context, v8::Local<v8::Object> to, const char* name,
                  v8::FunctionCallback callback, v8::Local<v8::Value> data) {
  auto* isolate = context->GetIsolate();
  auto key =
    v8::String::NewFromUtf8(isolate, name, v8::NewStringType::kInternalized).ToLocalChecked();
  v8::Local<v8::Function> made;
  if (!v8::Function::New(context, callback, data, 0, v8::ConstructorBehavior::kThrow)
         .ToLocal(&made))
    return;
  made->SetName(key);
  to->CreateDataProperty(context, key, made).FromMaybe(false);
}

} // namespace troupe::js
