#include "runtime/node_vm/contextified_global.hpp"

#include "runtime/exception.hpp"
#include "runtime/node_vm/embedder_data.hpp"
#include "runtime/node_vm/exception_relay.hpp"

#include <v8-container.h>
#include <v8-external.h>
#include <v8-primitive.h>
#include <v8-proxy.h>

#include <string>

namespace troupe::js::node_vm {

namespace {

v8::Local<v8::Name> to_name(v8::Isolate* isolate, std::uint32_t index) {
  return v8::Integer::NewFromUnsigned(isolate, index)
    ->ToString(isolate->GetCurrentContext())
    .ToLocalChecked();
}

v8::Local<v8::String> text(v8::Isolate* isolate, const char* latin) {
  return v8::String::NewFromUtf8(isolate, latin).ToLocalChecked();
}

/// `before 'name' after`, as a TypeError of the current realm.
void throw_type_error(v8::Isolate* isolate, const char* before, v8::Local<v8::Name> name,
                      const char* after) {
  v8::Local<v8::Value> shown = name;
  if (name->IsSymbol()) {
    auto description = name.As<v8::Symbol>()->Description(isolate);
    auto named =
      description->IsString() ? description.As<v8::String>() : v8::String::Empty(isolate);
    shown = v8::String::Concat(
      isolate, text(isolate, "Symbol("),
      v8::String::Concat(isolate, shown_in_message(isolate, named), text(isolate, ")")));
  }
  auto message = v8::String::Concat(isolate, text(isolate, before),
                                    shown_in_message(isolate, shown.As<v8::String>()));
  message = v8::String::Concat(isolate, message, text(isolate, after));
  isolate->ThrowException(v8::Exception::TypeError(message));
}

int attributes_of(v8::Local<v8::Context> context, v8::Local<v8::Object> descriptor) {
  auto* isolate = v8::Isolate::GetCurrent();
  auto flag = [&](const char* key) {
    v8::Local<v8::Value> value;
    return descriptor->Get(context, text(isolate, key)).ToLocal(&value) && value->IsTrue();
  };
  bool accessor = false;
  if (!descriptor->HasOwnProperty(context, text(isolate, "get")).To(&accessor))
    return v8::None;
  int attributes = v8::None;
  if (!accessor && !flag("writable"))
    attributes |= v8::ReadOnly;
  if (!flag("enumerable"))
    attributes |= v8::DontEnum;
  if (!flag("configurable"))
    attributes |= v8::DontDelete;
  return attributes;
}

} // namespace

/// The interceptors, and one access to a global object.
struct contextified_global::access {
  template <class T>
  explicit access(const v8::PropertyCallbackInfo<T>& info)
    : self(*static_cast<contextified_global*>(info.Data().template As<v8::External>()->Value())),
      isolate(info.GetIsolate()), holder(info.HolderV2()) {
    if (self.making_ || !holder->GetCreationContext(isolate).ToLocal(&context))
      return;
    target =
      context->GetEmbedderData(static_cast<int>(context_slot::contextified)).As<v8::Object>();
    plain = context->GetEmbedderData(static_cast<int>(context_slot::plain))->IsTrue();
  }

  [[nodiscard]] bool usable() const {
    return !target.IsEmpty();
  }

  /// Is an exception pending, or a termination? V8 takes it on when the callback returns.
  [[nodiscard]] bool threw() const {
    return isolate->HasPendingException();
  }

  /// A name by itself, not a property of `globalThis`.
  template <class T>
  [[nodiscard]] static bool is_contextual(const v8::PropertyCallbackInfo<T>& info) {
    return info.This() != info.HolderV2();
  }

  contextified_global& self;
  v8::Isolate* isolate;
  v8::Local<v8::Context> context;
  v8::Local<v8::Object> holder; ///< The global object.
  v8::Local<v8::Object> target;
  bool plain = false;

  // -- reading ------------------------------------------------------------------

  [[nodiscard]] v8::Local<v8::Value> inside(v8::Local<v8::Value> value) const {
    return value == target ? v8::Local<v8::Value>{holder} : value;
  }

  /// The object's property, its prototypes' included. Empty when there is none, or
  /// when it threw.
  [[nodiscard]] v8::MaybeLocal<v8::Value> get(v8::Local<v8::Name> name) const {
    if (plain)
      return target->GetRealNamedProperty(context, name);
    // Proxies often have a `get` and no `has`: what they give is there.
    v8::Local<v8::Value> value;
    if (!target->Get(context, name).ToLocal(&value) || !value->IsUndefined())
      return threw() ? v8::MaybeLocal<v8::Value>{} : value;
    bool builtin = false;
    bool has = false;
    if (!holder->HasRealNamedProperty(context, name).To(&builtin) || builtin
        || !target->Has(context, name).To(&has) || !has)
      return {};
    return value;
  }

  /// Does the object have it as its own? With its attributes.
  [[nodiscard]] v8::Maybe<int> own_attributes(v8::Local<v8::Name> name) const {
    if (plain) {
      bool has = false;
      if (!target->HasRealNamedProperty(context, name).To(&has) || !has)
        return v8::Nothing<int>();
      return v8::Just<int>(
        target->GetRealNamedPropertyAttributes(context, name).FromMaybe(v8::None));
    }
    v8::Local<v8::Value> descriptor;
    if (!target->GetOwnPropertyDescriptor(context, name).ToLocal(&descriptor)
        || !descriptor->IsObject())
      return v8::Nothing<int>();
    auto attributes = attributes_of(context, descriptor.As<v8::Object>());
    return threw() ? v8::Nothing<int>() : v8::Just(attributes);
  }

  // -- writing ------------------------------------------------------------------

  enum class stored : std::uint8_t {
    done,
    read_only, ///< The object has it, and it does not change.
    no_setter, ///< It is an accessor that only reads.
    vetoed,    ///< A proxy did not want it.
    not_taken, ///< The object lacks it, and takes no more.
  };

  /// As an assignment does. What it threw is pending.
  [[nodiscard]] v8::Maybe<stored> assign(v8::Local<v8::Name> name, v8::Local<v8::Value> value,
                                         bool strict) const {
    exception_relay relay{isolate};
    bool exists = false;
    if (plain) {
      auto attributes = target->GetRealNamedPropertyAttributes(context, name);
      if (relay.threw())
        return v8::Nothing<stored>();
      if (attributes.IsNothing()) {
        bool taken = false;
        if (!target->CreateDataProperty(context, name, value).To(&taken))
          return v8::Nothing<stored>();
        return v8::Just(taken ? stored::done : stored::not_taken);
      }
      if ((attributes.FromJust() & v8::ReadOnly) != 0)
        return v8::Just(stored::read_only);
      exists = true;
      // In sloppy mode nobody asks whether there was a setter.
      if (!strict) {
        target->Set(context, name, value).FromMaybe(false);
        return relay.threw() ? v8::Nothing<stored>() : v8::Just(stored::done);
      }
    }
    v8::Local<v8::Value> arguments[]{target, name, value};
    v8::Local<v8::Value> result;
    if (!self.reflect_set_.Get(isolate)
           ->Call(context, v8::Undefined(isolate), 3, arguments)
           .ToLocal(&result))
      return v8::Nothing<stored>();
    if (result->IsTrue())
      return v8::Just(stored::done);
    if (!exists && !target->Has(context, name).To(&exists))
      return v8::Nothing<stored>();
    if (!exists)
      return v8::Just(stored::not_taken);
    return v8::Just(plain ? stored::no_setter : stored::vetoed);
  }

  /// Throws what V8 throws in strict mode.
  void tell(stored outcome, v8::Local<v8::Name> name) const {
    if (outcome == stored::read_only)
      throw_type_error(isolate, "Cannot assign to read only property '", name,
                       "' of object '#<Object>'");
    else if (outcome == stored::no_setter)
      throw_type_error(isolate, "Cannot set property ", name,
                       " of #<Object> which has only a getter");
    else if (outcome == stored::vetoed)
      throw_type_error(isolate, "'set' on proxy: trap returned falsish for property '", name,
                       "'");
  }

  /// Is a name known, so that strict mode may assign to it?
  [[nodiscard]] v8::Maybe<bool> known(v8::Local<v8::Name> name) const {
    exception_relay relay{isolate};
    bool has = false;
    if (plain) {
      if (target->GetRealNamedPropertyAttributes(context, name).IsJust())
        return v8::Just(true);
      if (relay.threw())
        return v8::Nothing<bool>();
    } else if (!target->Has(context, name).To(&has)) {
      return v8::Nothing<bool>();
    } else if (has) {
      return v8::Just(true);
    }
    return holder->HasRealNamedProperty(context, name);
  }

  // -- the interceptors -----------------------------------------------------------

  static v8::Intercepted on_get(v8::Local<v8::Name> name,
                                const v8::PropertyCallbackInfo<v8::Value>& info) {
    access at{info};
    if (!at.usable())
      return v8::Intercepted::kNo;
    v8::Local<v8::Value> value;
    if (at.get(name).ToLocal(&value)) {
      info.GetReturnValue().Set(at.inside(value));
      return v8::Intercepted::kYes;
    }
    return at.threw() ? v8::Intercepted::kYes : v8::Intercepted::kNo;
  }

  static v8::Intercepted on_set(v8::Local<v8::Name> name, v8::Local<v8::Value> value,
                                const v8::PropertyCallbackInfo<void>& info) {
    access at{info};
    if (!at.usable())
      return v8::Intercepted::kNo;
    bool strict = info.ShouldThrowOnError();
    bool contextual = is_contextual(info);
    bool declared = !at.self.declaring_.IsEmpty() && contextual && value->IsFunction()
                    && at.self.declaring_ == name;
    at.self.declaring_.Reset();
    if (strict && contextual && !declared) {
      bool known = false;
      if (!at.known(name).To(&known))
        return v8::Intercepted::kYes;
      if (!known)
        return v8::Intercepted::kNo; // V8 throws the ReferenceError
    }
    v8::PropertyAttribute of_global = v8::None;
    if (at.holder->GetRealNamedPropertyAttributes(at.context, name).To(&of_global)
        && (of_global & v8::ReadOnly) != 0) {
      // `undefined`, `NaN`, `Infinity`, unless the object has its own.
      exception_relay relay{at.isolate};
      bool own = false;
      if (!at.target->HasOwnProperty(at.context, name).To(&own))
        return v8::Intercepted::kYes;
      if (!own)
        return v8::Intercepted::kNo;
    }
    stored outcome{};
    if (!at.assign(name, value, strict).To(&outcome))
      return v8::Intercepted::kYes;
    // On the global object too, where V8 makes it one that is not deleted, nor declared again
    // with `let`.
    if (declared)
      return v8::Intercepted::kNo;
    if (outcome == stored::not_taken)
      return v8::Intercepted::kNo;
    if (strict)
      at.tell(outcome, name);
    return v8::Intercepted::kYes;
  }

  static v8::Intercepted on_query(v8::Local<v8::Name> name,
                                  const v8::PropertyCallbackInfo<v8::Integer>& info) {
    access at{info};
    if (!at.usable())
      return v8::Intercepted::kNo;
    if (is_contextual(info))
      at.self.declaring_.Reset(at.isolate, name);
    int attributes = 0;
    if (at.own_attributes(name).To(&attributes)) {
      info.GetReturnValue().Set(attributes);
      return v8::Intercepted::kYes;
    }
    return at.threw() ? v8::Intercepted::kYes : v8::Intercepted::kNo;
  }

  static v8::Intercepted on_delete(v8::Local<v8::Name> name,
                                   const v8::PropertyCallbackInfo<v8::Boolean>& info) {
    access at{info};
    if (!at.usable())
      return v8::Intercepted::kNo;
    exception_relay relay{at.isolate};
    // A declared variable stays, on the object too.
    auto declared =
      at.holder->GetRealNamedPropertyAttributes(at.context, name).FromMaybe(v8::None);
    bool deleted = false;
    if ((declared & v8::DontDelete) == 0 && !at.target->Delete(at.context, name).To(&deleted))
      return v8::Intercepted::kYes;
    if (deleted)
      return v8::Intercepted::kNo; // and from the global object itself
    if (info.ShouldThrowOnError())
      throw_type_error(at.isolate, "Cannot delete property '", name, "' of #<Object>");
    info.GetReturnValue().Set(false);
    return v8::Intercepted::kYes;
  }

  static v8::Intercepted on_describe(v8::Local<v8::Name> name,
                                     const v8::PropertyCallbackInfo<v8::Value>& info) {
    access at{info};
    if (!at.usable())
      return v8::Intercepted::kNo;
    exception_relay relay{at.isolate};
    v8::Local<v8::Value> descriptor;
    if (!at.target->GetOwnPropertyDescriptor(at.context, name).ToLocal(&descriptor))
      return v8::Intercepted::kYes;
    if (!descriptor->IsObject())
      return v8::Intercepted::kNo;
    auto key = text(at.isolate, "value");
    auto found = descriptor.As<v8::Object>();
    // V8 reads it as a script would: what scripts do to Object.prototype must not show.
    if (!found->SetPrototypeV2(at.context, v8::Null(at.isolate)).FromMaybe(false))
      return v8::Intercepted::kYes;
    v8::Local<v8::Value> value;
    if (found->Get(at.context, key).ToLocal(&value) && value == at.target)
      found->CreateDataProperty(at.context, key, at.holder).FromMaybe(false);
    info.GetReturnValue().Set(descriptor);
    return v8::Intercepted::kYes;
  }

  static v8::Intercepted on_define(v8::Local<v8::Name> name, const v8::PropertyDescriptor& wanted,
                                   const v8::PropertyCallbackInfo<void>& info) {
    access at{info};
    if (!at.usable())
      return v8::Intercepted::kNo;
    v8::PropertyAttribute of_global = v8::None;
    exception_relay relay{at.isolate};
    bool own = false;
    if (!at.target->HasOwnProperty(at.context, name).To(&own))
      return v8::Intercepted::kYes;
    bool accessor = wanted.has_get() || wanted.has_set();
    if (!own && at.holder->GetRealNamedPropertyAttributes(at.context, name).To(&of_global)
        && (of_global & v8::DontDelete) != 0 && (accessor || (of_global & v8::ReadOnly) != 0))
      return v8::Intercepted::kNo; // V8 refuses it
    auto define = [&](v8::PropertyDescriptor& descriptor) {
      if (wanted.has_enumerable())
        descriptor.set_enumerable(wanted.enumerable());
      if (wanted.has_configurable())
        descriptor.set_configurable(wanted.configurable());
      bool defined = false;
      if (!at.target->DefineProperty(at.context, name, descriptor).To(&defined) || defined)
        return v8::Intercepted::kYes;
      // V8 finds out itself why not; or the object takes no more, then it goes on the
      // global object.
      return v8::Intercepted::kNo;
    };
    if (accessor) {
      v8::PropertyDescriptor descriptor{wanted.has_get() ? wanted.get() : v8::Local<v8::Value>{},
                                        wanted.has_set() ? wanted.set() : v8::Local<v8::Value>{}};
      return define(descriptor);
    }
    auto value = wanted.has_value() ? wanted.value() : v8::Local<v8::Value>{};
    if (wanted.has_writable()) {
      v8::PropertyDescriptor descriptor{value, wanted.writable()};
      return define(descriptor);
    }
    if (wanted.has_value()) {
      v8::PropertyDescriptor descriptor{value};
      return define(descriptor);
    }
    v8::PropertyDescriptor descriptor;
    return define(descriptor);
  }

  static void list(const v8::PropertyCallbackInfo<v8::Array>& info, bool indices) {
    access at{info};
    if (!at.usable())
      return;
    exception_relay relay{at.isolate};
    v8::Local<v8::Array> all;
    if (!at.target
           ->GetPropertyNames(at.context, v8::KeyCollectionMode::kOwnOnly, v8::ALL_PROPERTIES,
                              indices ? v8::IndexFilter::kIncludeIndices
                                      : v8::IndexFilter::kSkipIndices,
                              v8::KeyConversionMode::kKeepNumbers)
           .ToLocal(&all))
      return;
    if (at.plain && !indices)
      return info.GetReturnValue().Set(all);
    // Whether they are enumerable V8 asks `on_query`.
    v8::LocalVector<v8::Value> wanted{at.isolate};
    for (std::uint32_t i = 0; i < all->Length(); ++i) {
      v8::Local<v8::Value> key;
      if (!all->Get(at.context, i).ToLocal(&key))
        return;
      bool is_index = key->IsUint32();
      if (key->IsString() && !at.plain) { // the keys of a proxy are always strings
        v8::Local<v8::Uint32> number;
        is_index = key.As<v8::String>()->ToArrayIndex(at.context).ToLocal(&number);
        if (is_index)
          key = number;
      }
      if (is_index == indices)
        wanted.push_back(key);
    }
    info.GetReturnValue().Set(v8::Array::New(at.isolate, wanted.data(), wanted.size()));
  }

  static void on_names(const v8::PropertyCallbackInfo<v8::Array>& info) {
    list(info, false);
  }

  static void on_indices(const v8::PropertyCallbackInfo<v8::Array>& info) {
    list(info, true);
  }

  static v8::Intercepted on_get_index(std::uint32_t index,
                                      const v8::PropertyCallbackInfo<v8::Value>& info) {
    return on_get(to_name(info.GetIsolate(), index), info);
  }

  static v8::Intercepted on_set_index(std::uint32_t index, v8::Local<v8::Value> value,
                                      const v8::PropertyCallbackInfo<void>& info) {
    return on_set(to_name(info.GetIsolate(), index), value, info);
  }

  static v8::Intercepted on_query_index(std::uint32_t index,
                                        const v8::PropertyCallbackInfo<v8::Integer>& info) {
    return on_query(to_name(info.GetIsolate(), index), info);
  }

  static v8::Intercepted on_delete_index(std::uint32_t index,
                                         const v8::PropertyCallbackInfo<v8::Boolean>& info) {
    return on_delete(to_name(info.GetIsolate(), index), info);
  }

  static v8::Intercepted on_describe_index(std::uint32_t index,
                                           const v8::PropertyCallbackInfo<v8::Value>& info) {
    return on_describe(to_name(info.GetIsolate(), index), info);
  }

  static v8::Intercepted on_define_index(std::uint32_t index,
                                         const v8::PropertyDescriptor& wanted,
                                         const v8::PropertyCallbackInfo<void>& info) {
    return on_define(to_name(info.GetIsolate(), index), wanted, info);
  }
};

bool contextified_global::is_plain(v8::Isolate* isolate, v8::Local<v8::Object> object) {
  v8::Local<v8::Context> home;
  bool intercepted = object->GetCreationContext(isolate).ToLocal(&home)
                     && home->Global() == object
                     && embedder_data(isolate, home, context_slot::contextified)->IsObject();
  return !object->IsProxy() && !intercepted;
}

bool contextified_global::prepare(v8::Isolate* isolate, v8::Local<v8::Context> main) {
  v8::Local<v8::Value> reflect;
  v8::Local<v8::Value> set;
  if (!main->Global()->Get(main, text(isolate, "Reflect")).ToLocal(&reflect)
      || !reflect.As<v8::Object>()->Get(main, text(isolate, "set")).ToLocal(&set))
    return false;
  reflect_set_.Reset(isolate, set.As<v8::Function>());
  if (!template_.IsEmpty())
    return true;
  auto data = v8::External::New(isolate, this);
  auto form = v8::FunctionTemplate::New(isolate);
  form->SetClassName(text(isolate, "Object"));
  auto made = form->InstanceTemplate();
  made->SetHandler(v8::NamedPropertyHandlerConfiguration{
    &access::on_get, &access::on_set, &access::on_query, &access::on_delete, &access::on_names,
    &access::on_define, &access::on_describe, data, v8::PropertyHandlerFlags::kNone});
  made->SetHandler(v8::IndexedPropertyHandlerConfiguration{
    &access::on_get_index, &access::on_set_index, &access::on_query_index,
    &access::on_delete_index, &access::on_indices, &access::on_define_index,
    &access::on_describe_index, data, v8::PropertyHandlerFlags::kNone});
  template_.Reset(isolate, made);
  return true;
}

} // namespace troupe::js::node_vm
