#pragma once

#include "runtime/builtin_modules.hpp"

namespace troupe::js {

class environment;

/// Tells what `internalBinding(name)` has for each name.
void add_bindings(builtin_modules& to, environment& owner);

/// Puts a function into a binding, as `v8::Function::New` does. Calls that throw or are
/// cut short leave it out.
void add_function(v8::Local<v8::Context> context, v8::Local<v8::Object> to, const char* name,
                  v8::FunctionCallback callback, v8::Local<v8::Value> data = {});

// -- one file each ----------------------------------------------------------------

/// `vm`: the native half of `node:vm` (runtime/node_vm/machine.hpp).
void fill_vm_binding(environment& owner, isolate_scope& here, v8::Local<v8::Context> context,
                     v8::Local<v8::Object> to);

/// `util`: what only V8 can tell about a value.
void fill_util_binding(isolate_scope& here, v8::Local<v8::Context> context,
                       v8::Local<v8::Object> to);

/// `fs`: operations on files, at once or on other threads; nothing without
/// `context_options::allow_files`.
void fill_fs_binding(isolate_scope& here, v8::Local<v8::Context> context,
                     v8::Local<v8::Object> to, environment& owner);

/// `net`: sockets; nothing without `context_options::allow_network`, with `allow_processes` only
/// what pipes need.
void fill_net_binding(isolate_scope& here, v8::Local<v8::Context> context,
                      v8::Local<v8::Object> to, environment& owner);

/// `child_process`: processes; nothing without `context_options::allow_processes`.
void fill_child_process_binding(isolate_scope& here, v8::Local<v8::Context> context,
                                v8::Local<v8::Object> to, environment& owner);

/// `os`: facts about the machine.
void fill_os_binding(isolate_scope& here, v8::Local<v8::Context> context,
                     v8::Local<v8::Object> to);

/// `encoding`: texts and bytes.
void fill_encoding_binding(isolate_scope& here, v8::Local<v8::Context> context,
                           v8::Local<v8::Object> to);

/// `clone`: structured clones within the realm.
void fill_clone_binding(isolate_scope& here, v8::Local<v8::Context> context,
                        v8::Local<v8::Object> to);

/// `url`: parsing, by ada.
void fill_url_binding(isolate_scope& here, v8::Local<v8::Context> context,
                      v8::Local<v8::Object> to);

/// `buffer`: what `Buffer` does with bytes.
void fill_buffer_binding(isolate_scope& here, v8::Local<v8::Context> context,
                         v8::Local<v8::Object> to);

} // namespace troupe::js
