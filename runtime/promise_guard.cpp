#include "runtime/promise_guard.hpp"

#include "runtime/literal.hpp"

#include <v8-container.h>
#include <v8-exception.h>
#include <v8-primitive.h>
#include <v8-promise.h>

namespace troupe::js {

namespace {

// Of a context's embedder data: a list of what follows.
constexpr int promises_slot = 11;
enum part : std::uint32_t { constructor_part, species_part, getter_part, fixed_part };

v8::MaybeLocal<v8::Array> noted(v8::Local<v8::Context> context) {
  if (context->GetNumberOfEmbedderDataFields() <= static_cast<unsigned>(promises_slot))
    return {};
  auto found = context->GetEmbedderData(promises_slot);
  return found->IsArray() ? found.As<v8::Array>() : v8::Local<v8::Array>{};
}

v8::MaybeLocal<v8::Object> prototype_of(v8::Local<v8::Context> context) {
  v8::Local<v8::Promise::Resolver> any;
  if (!v8::Promise::Resolver::New(context).ToLocal(&any))
    return {};
  return any->GetPromise()->GetPrototypeV2().As<v8::Object>();
}

/// `Symbol.species`, which all contexts of an isolate have in common.
v8::MaybeLocal<v8::Value> species_of(v8::Isolate* isolate, v8::Local<v8::Context> main) {
  v8::Local<v8::Array> known;
  if (noted(main).ToLocal(&known))
    return known->Get(main, species_part);
  v8::Local<v8::Value> symbols;
  if (!main->Global()->Get(main, literal(isolate, "Symbol")).ToLocal(&symbols)
      || !symbols->IsObject())
    return {};
  return symbols.As<v8::Object>()->Get(main, literal(isolate, "species"));
}

} // namespace

void watch_promises(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Context> main) {
  auto* isolate = here.v8();
  v8::HandleScope handles{isolate};
  v8::TryCatch quiet{isolate};
  v8::Local<v8::Object> prototype;
  v8::Local<v8::Value> constructor;
  v8::Local<v8::Value> symbol;
  v8::Local<v8::Value> species;
  v8::Local<v8::Value> getter;
  if (!prototype_of(context).ToLocal(&prototype)
      || !prototype->Get(context, literal(isolate, "constructor")).ToLocal(&constructor)
      || !species_of(isolate, main).ToLocal(&symbol) || !symbol->IsSymbol()
      || !constructor.As<v8::Object>()
            ->GetOwnPropertyDescriptor(context, symbol.As<v8::Symbol>())
            .ToLocal(&species)
      || !species->IsObject()
      || !species.As<v8::Object>()->Get(context, literal(isolate, "get")).ToLocal(&getter))
    return;
  v8::Local<v8::Value> parts[]{constructor, symbol, getter, v8::False(isolate)};
  context->SetEmbedderData(promises_slot, v8::Array::New(isolate, parts, std::size(parts)));
}

bool fix_promises(isolate_scope& here, v8::Local<v8::Context> context) {
  auto* isolate = here.v8();
  v8::HandleScope handles{isolate};
  v8::TryCatch quiet{isolate};
  v8::Local<v8::Array> parts;
  v8::Local<v8::Object> prototype;
  v8::Local<v8::Value> constructor;
  v8::Local<v8::Value> symbol;
  v8::Local<v8::Value> getter;
  v8::Local<v8::Value> fixed;
  if (!noted(context).ToLocal(&parts) || !prototype_of(context).ToLocal(&prototype)
      || !parts->Get(context, constructor_part).ToLocal(&constructor)
      || !parts->Get(context, species_part).ToLocal(&symbol)
      || !parts->Get(context, getter_part).ToLocal(&getter)
      || !parts->Get(context, fixed_part).ToLocal(&fixed))
    return false;
  if (fixed->IsTrue())
    return true;
  v8::PropertyDescriptor always{constructor, false};
  always.set_enumerable(false);
  always.set_configurable(false);
  v8::PropertyDescriptor species{getter, v8::Undefined(isolate)};
  species.set_enumerable(false);
  species.set_configurable(false);
  return prototype->DefineProperty(context, literal(isolate, "constructor"), always)
           .FromMaybe(false)
         && constructor.As<v8::Object>()
              ->DefineProperty(context, symbol.As<v8::Symbol>(), species)
              .FromMaybe(false)
         && parts->Set(context, fixed_part, v8::True(isolate)).FromMaybe(false);
}

void throw_unfixable_promises(v8::Isolate* isolate) {
  isolate->ThrowException(v8::Exception::TypeError(v8::String::NewFromUtf8Literal(
    isolate, "Top-level await does not work: a script has redefined Promise for good")));
}

} // namespace troupe::js
