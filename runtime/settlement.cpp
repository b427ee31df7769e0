#include "runtime/settlement.hpp"

#include <v8-function.h>
#include <v8-primitive.h>

#include <cmath>

namespace troupe::js {

namespace {

// What a callback knows is its data: the number, negative for a rejection.
v8::MaybeLocal<v8::Function> make_callback(v8::Local<v8::Context> context, double data,
                                           v8::FunctionCallback told) {
  return v8::Function::New(context, told, v8::Number::New(context->GetIsolate(), data), 1,
                           v8::ConstructorBehavior::kThrow);
}

} // namespace

settlement settlement::of(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto data = info.Data().As<v8::Number>()->Value();
  return {static_cast<std::uint64_t>(std::abs(data)), data > 0};
}

bool when_settled(v8::Local<v8::Context> context, v8::Local<v8::Promise> promise,
                  std::uint64_t number, v8::FunctionCallback told) {
  auto data = static_cast<double>(number);
  v8::Local<v8::Function> fulfilled;
  v8::Local<v8::Function> rejected;
  return make_callback(context, data, told).ToLocal(&fulfilled)
         && make_callback(context, -data, told).ToLocal(&rejected)
         && !promise->Then(context, fulfilled, rejected).IsEmpty();
}

} // namespace troupe::js
