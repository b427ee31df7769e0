#include "runtime/promise_guard.hpp"

#include <v8-exception.h>
#include <v8-primitive.h>
#include <v8-promise.h>

namespace troupe::js {

void promise_guard::watch(isolate_scope& here, v8::Local<v8::Context> context) {
  auto* isolate = here.v8();
  v8::HandleScope handles{isolate};
  v8::TryCatch quiet{isolate};
  prototype_.Reset();
  fixed_ = false;
  v8::Local<v8::Promise::Resolver> any;
  v8::Local<v8::Value> constructor;
  v8::Local<v8::Value> symbols;
  v8::Local<v8::Value> symbol;
  v8::Local<v8::Value> species;
  v8::Local<v8::Value> getter;
  if (!v8::Promise::Resolver::New(context).ToLocal(&any))
    return;
  auto prototype = any->GetPromise()->GetPrototypeV2().As<v8::Object>();
  if (!prototype->Get(context, v8::String::NewFromUtf8Literal(isolate, "constructor"))
         .ToLocal(&constructor)
      || !context->Global()
            ->Get(context, v8::String::NewFromUtf8Literal(isolate, "Symbol"))
            .ToLocal(&symbols)
      || !symbols.As<v8::Object>()
            ->Get(context, v8::String::NewFromUtf8Literal(isolate, "species"))
            .ToLocal(&symbol)
      || !constructor.As<v8::Object>()
            ->GetOwnPropertyDescriptor(context, symbol.As<v8::Symbol>())
            .ToLocal(&species)
      || !species.As<v8::Object>()
            ->Get(context, v8::String::NewFromUtf8Literal(isolate, "get"))
            .ToLocal(&getter))
    return;
  prototype_.Reset(isolate, prototype);
  constructor_.Reset(isolate, constructor.As<v8::Object>());
  species_.Reset(isolate, symbol.As<v8::Symbol>());
  species_getter_.Reset(isolate, getter);
}

bool promise_guard::fix(isolate_scope& here, v8::Local<v8::Context> context) {
  if (fixed_ || prototype_.IsEmpty())
    return fixed_;
  auto* isolate = here.v8();
  v8::HandleScope handles{isolate};
  v8::TryCatch quiet{isolate};
  auto constructor = constructor_.Get(isolate);
  v8::PropertyDescriptor always{constructor, false};
  always.set_enumerable(false);
  always.set_configurable(false);
  v8::PropertyDescriptor species{species_getter_.Get(isolate), v8::Undefined(isolate)};
  species.set_enumerable(false);
  species.set_configurable(false);
  fixed_ =
    prototype_.Get(isolate)
      ->DefineProperty(context, v8::String::NewFromUtf8Literal(isolate, "constructor"), always)
      .FromMaybe(false)
    && constructor->DefineProperty(context, species_.Get(isolate), species).FromMaybe(false);
  return fixed_;
}

} // namespace troupe::js
