#pragma once

#include <v8-context.h>
#include <v8-object.h>
#include <v8-script.h>

namespace troupe::js {

/// V8 calls it when a module first asks for its `import.meta`
/// (https://tc39.es/ecma262/#sec-hostgetimportmetaproperties): `url`, of files `filename` and
/// `dirname`, and what the module was given. The isolate's thread.
void init_import_meta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                      v8::Local<v8::Object> meta);

} // namespace troupe::js
