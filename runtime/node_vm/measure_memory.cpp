// measureMemory: `vm.measureMemory`.

#include "runtime/builtin_bindings.hpp"
#include "runtime/node_vm/machine.hpp"

#include <v8-container.h>
#include <v8-persistent-handle.h>
#include <v8-promise.h>
#include <v8-statistics.h>

#include <memory>
#include <utility>

namespace troupe::js::node_vm {

namespace {

/// One measurement: of the realm that asks and, in detail, the contexts that its scripts have
/// made; other realms of the isolate are nobody's business.
class delegate final : public v8::MeasureMemoryDelegate {
public:
  delegate(machine& vm, v8::Local<v8::Context> asking, v8::Local<v8::Promise::Resolver> promise,
           bool detailed)
    : vm_(vm), asking_(vm.owner().v8(), asking), promise_(vm.owner().v8(), promise),
      detailed_(detailed) {
  }

  bool ShouldMeasure(v8::Local<v8::Context> context) override {
    return asking_ == context || (detailed_ && vm_.contexts().contains(context));
  }

  void MeasurementComplete(Result measured) override {
    auto* isolate = vm_.owner().v8();
    isolate_scope here{vm_.owner()};
    auto context = asking_.Get(isolate);
    v8::Context::Scope entered{context};
    // What belongs to no context may be anybody's.
    auto shared = measured.unattributed_size_in_bytes + measured.wasm_code_size_in_bytes
                  + measured.wasm_metadata_size_in_bytes;
    std::size_t total = 0;
    std::size_t current = 0;
    v8::LocalVector<v8::Value> others{isolate};
    for (std::size_t i = 0; i < measured.contexts.size(); ++i) {
      auto size = measured.sizes_in_bytes[i];
      total += size;
      if (measured.contexts[i] == context)
        current = size;
      else
        others.push_back(estimate(context, size, shared));
    }
    auto result = v8::Object::New(isolate);
    auto define = [&](const char* key, v8::Local<v8::Value> value) {
      auto name = v8::String::NewFromUtf8(isolate, key).ToLocalChecked();
      return result->CreateDataProperty(context, name, value).FromMaybe(false);
    };
    bool told = define("total", estimate(context, total, shared));
    if (detailed_)
      told = told && define("current", estimate(context, current, shared))
             && define("other", v8::Array::New(isolate, others.data(), others.size()));
    if (told)
      promise_.Get(isolate)->Resolve(context, result).FromMaybe(false);
  }

private:
  static v8::Local<v8::Value> estimate(v8::Local<v8::Context> context, std::size_t size,
                                       std::size_t shared) {
    auto* isolate = v8::Isolate::GetCurrent();
    auto number = [&](std::size_t bytes) -> v8::Local<v8::Value> {
      return v8::Number::New(isolate, static_cast<double>(bytes));
    };
    v8::Local<v8::Value> range[]{number(size), number(size + shared)};
    auto made = v8::Object::New(isolate);
    auto define = [&](const char* key, v8::Local<v8::Value> value) {
      made
        ->CreateDataProperty(context, v8::String::NewFromUtf8(isolate, key).ToLocalChecked(),
                             value)
        .FromMaybe(false);
    };
    define("jsMemoryEstimate", range[0]);
    define("jsMemoryRange", v8::Array::New(isolate, range, 2));
    return made;
  }

  machine& vm_;
  v8::Global<v8::Context> asking_;
  v8::Global<v8::Promise::Resolver> promise_;
  bool detailed_;
};

/// measureMemory(detailed, eager): a promise
void measure_memory(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* isolate = info.GetIsolate();
  auto& vm = machine::of(info);
  isolate_scope here{vm.owner()};
  auto context = isolate->GetCurrentContext();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver))
    return;
  vm.owner().memory().measure(
    std::make_unique<delegate>(vm, context, resolver, info[0]->IsTrue()), info[1]->IsTrue());
  info.GetReturnValue().Set(resolver->GetPromise());
}

} // namespace

void add_measure_memory(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                        v8::Local<v8::Value> data) {
  add_function(context, to, "measureMemory", &measure_memory, data);
}

} // namespace troupe::js::node_vm
