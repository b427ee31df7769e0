#include "runtime/clone_reader.hpp"

#include "runtime/clone_path.hpp"
#include "runtime/exception.hpp"
#include "runtime/lease.hpp"
#include "runtime/memory_transfer.hpp"
#include "runtime/regexp_flags.hpp"
#include "runtime/transfer_cell.hpp"
#include "runtime/value_graph.hpp"
#include "runtime/value_host.hpp"
#include "runtime/value_tape.hpp"
#include "runtime/wasm_gate.hpp"
#include "troupe/host_function.hpp"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-date.h>
#include <v8-exception.h>
#include <v8-primitive-object.h>
#include <v8-primitive.h>
#include <v8-regexp.h>
#include <v8-template.h>
#include <v8-typed-array.h>
#include <v8-value-serializer.h>
#include <v8-wasm.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace troupe::js {

using detail::value_access;
using detail::value_graph;
using detail::value_node;
using detail::value_property;
using detail::value_slot;
using detail::value_text;

namespace {

/// Builds script values from a graph, depth first with a stack of its own.
class reader {
public:
  /// With `whole`, `from` is all that one walk has met: its nodes know whether
  /// they can be reached twice.
  reader(isolate_scope& here, v8::Local<v8::Context> context, bool whole)
    : here_(here), isolate_(here.v8()), context_(context), whole_(whole) {
  }

  static constexpr std::size_t templated_properties_max = 64;
  static constexpr std::size_t shapes_max = 256;
  static constexpr int templated_from = 8;

  v8::MaybeLocal<v8::Value> read(const value_slot& from) {
    v8::Local<v8::Value> root;
    if (!make(from).ToLocal(&root))
      return {};
    while (!open_.empty())
      if (must_stop() || !step())
        return {};
    return root;
  }

  /// Why `read` has failed, unless an exception tells.
  [[nodiscard]] const std::string& refused() const noexcept {
    return refused_;
  }

  /// Where `read` has failed: the node, null if it is not known.
  [[nodiscard]] const value_node* failed_at() const noexcept {
    return failed_at_;
  }

private:
  struct frame {
    v8::Local<v8::Object> object;
    value_kind kind;
    const value_node* node;
    bool items_placed = false;      ///< All but arrays.
    bool properties_placed = false; ///< All but those with an identity.
    std::size_t next_item = 0;
    std::size_t next_property = 0;
  };

  /// Objects of one shape are made at once, from one template.
  struct shape {
    std::span<const value_property> like; ///< The first object of this shape.
    int met = 1;
    v8::Local<v8::DictionaryTemplate> made{};
  };

  /// V8 itself is not asked to stop before script runs again. Looks now and then.
  bool must_stop() {
    constexpr std::uint32_t every = 1024;
    if (++made_ % every != 0 || here_.owner().host() == nullptr
        || !here_.owner().host()->stopping())
      return false;
    throw_stopped(isolate_);
    return true;
  }

  v8::MaybeLocal<v8::Value> make(const value_slot& from) {
    switch (from.kind) {
      case value_kind::undefined:
      case value_kind::hole:
        return v8::Undefined(isolate_);
      case value_kind::null:
        return v8::Null(isolate_);
      case value_kind::boolean:
        return v8::Boolean::New(isolate_, from.boolean);
      case value_kind::number:
        return v8::Number::New(isolate_, from.number);
      case value_kind::string: {
        auto made = make_string(from.node->text);
        if (made.IsEmpty())
          failed_at_ = from.node;
        return made;
      }
      case value_kind::bigint:
        return make_bigint(*from.node);
      case value_kind::host_function:
      case value_kind::reference:
        return make_hosted(from);
      default:
        return make_object(from);
    }
  }

  v8::MaybeLocal<v8::Value> make_string(const value_text& text) {
    v8::Local<v8::String> made;
    bool fits = text.length <= static_cast<std::uint32_t>(v8::String::kMaxLength);
    auto length = static_cast<int>(text.length);
    if (fits && text.two_byte)
      fits = v8::String::NewFromTwoByte(isolate_, static_cast<const std::uint16_t*>(text.data),
                                        v8::NewStringType::kNormal, length)
               .ToLocal(&made);
    else if (fits)
      fits = v8::String::NewFromOneByte(isolate_, static_cast<const std::uint8_t*>(text.data),
                                        v8::NewStringType::kNormal, length)
               .ToLocal(&made);
    if (!fits) {
      refused_ = fmt::format("a string of {} units", text.length);
      return {};
    }
    return made;
  }

  /// The keys of records come again and again, and V8 looks each of them up.
  v8::MaybeLocal<v8::Value> make_name(const value_text& key) {
    auto& last = names_[(reinterpret_cast<std::uintptr_t>(key.data) >> 4) % names_.size()];
    if (last.data != key.data || last.length != key.length || last.name.IsEmpty()) {
      v8::Local<v8::Value> made;
      if (!make_string(key).ToLocal(&made))
        return {};
      last = {key.data, key.length, made.As<v8::String>()->InternalizeString(isolate_)};
    }
    return last.name;
  }

  v8::MaybeLocal<v8::Value> make_bigint(const value_node& node) {
    v8::Local<v8::BigInt> made;
    if (!v8::BigInt::NewFromWords(context_, node.negative ? 1 : 0,
                                  static_cast<int>(node.words.size()), node.words.data())
           .ToLocal(&made))
      return {};
    return made;
  }

  /// What only the context's environment can make.
  v8::MaybeLocal<v8::Value> make_hosted(const value_slot& from) {
    if (auto found = known_.find(from.node); found != known_.end())
      return found->second;
    auto* host = here_.owner().host();
    const auto& resource = *from.node->resource;
    v8::Local<v8::Value> made;
    if (host == nullptr) {
      isolate_->ThrowException(v8::Exception::TypeError(v8::String::NewFromUtf8Literal(
        isolate_, "A host function or reference needs a context of its runtime")));
      return {};
    }
    bool exists =
      from.kind == value_kind::reference
        ? host->find_leased(here_, *static_cast<const lease*>(resource.get())).ToLocal(&made)
        : host
            ->make_function(here_, context_,
                            std::static_pointer_cast<const detail::host_callable>(resource))
            .ToLocal(&made);
    if (!exists) {
      failed_at_ = from.node;
      return {};
    }
    known_.emplace(from.node, made.As<v8::Object>());
    return made;
  }

  v8::MaybeLocal<v8::Value> make_object(const value_slot& from) {
    const auto& node = *from.node;
    bool met_once = whole_ && !node.shared;
    if (!met_once)
      if (auto found = known_.find(&node); found != known_.end())
        return found->second;
    frame filling{.object = {}, .kind = from.kind, .node = &node};
    if (!make_begun(from, filling).ToLocal(&filling.object)) {
      if (failed_at_ == nullptr)
        failed_at_ = &node;
      return {};
    }
    if (!met_once)
      known_.emplace(&node, filling.object);
    bool fills = from.kind == value_kind::array || from.kind == value_kind::object
                 || from.kind == value_kind::map || from.kind == value_kind::set
                 || from.kind == value_kind::error;
    if (fills && !is_whole(filling))
      open_.push_back(filling);
    return filling.object;
  }

  /// Is nothing left to fill in?
  static bool is_whole(const frame& made) {
    return std::ranges::all_of(made.node->items,
                               [&](const auto& item) { return is_placed(made, item); })
           && std::ranges::all_of(made.node->properties, [&](const auto& property) {
                return is_placed(made, property);
              });
  }

  static bool is_placed(const frame& in, const value_slot& item) {
    return in.items_placed && item.kind != value_kind::array;
  }

  static bool is_placed(const frame& in, const value_property& property) {
    return in.properties_placed && !detail::has_identity(property.item.kind);
  }

  /// The object, with as much of its content as can be put in at once.
  v8::MaybeLocal<v8::Object> make_begun(const value_slot& from, frame& filling) {
    if (from.kind == value_kind::object) {
      if (auto* known = shape_of(from.node->properties)) {
        filling.properties_placed = true;
        return make_from_template(*known, *from.node);
      }
    } else if (from.kind == value_kind::array && is_packed(*from.node)) {
      filling.items_placed = true;
      return make_packed(*from.node);
    }
    return make_empty(from);
  }

  /// An array that has items, all of them.
  static bool is_packed(const value_node& node) {
    return !node.items.empty() && std::ranges::none_of(node.items, [](const auto& item) {
      return item.kind == value_kind::hole;
    });
  }

  /// With its items: objects too, which are then filled one by one, but no arrays,
  /// which could nest deeper than the native stack.
  v8::MaybeLocal<v8::Object> make_packed(const value_node& node) {
    placed_.clear();
    for (const auto& item : node.items) {
      v8::Local<v8::Value> made = v8::Undefined(isolate_);
      if (must_stop() || (item.kind != value_kind::array && !make(item).ToLocal(&made)))
        return {};
      placed_.push_back(made);
    }
    return v8::Array::New(isolate_, placed_.data(), placed_.size());
  }

  v8::MaybeLocal<v8::Object> make_from_template(const shape& known, const value_node& node) {
    std::vector<v8::MaybeLocal<v8::Value>> values;
    values.reserve(node.properties.size());
    for (const auto& property : node.properties) {
      v8::Local<v8::Value> made = v8::Undefined(isolate_);
      if (!detail::has_identity(property.item.kind) && !make(property.item).ToLocal(&made))
        return {};
      values.emplace_back(made);
    }
    return known.made->NewInstance(context_, {values.data(), values.size()});
  }

  /// The shape of an object, when there are many of the same kind. Keys are
  /// compared by address: a graph that comes from a script has each key once.
  shape* shape_of(std::span<const value_property> properties) {
    if (properties.empty() || properties.size() > templated_properties_max)
      return nullptr;
    std::size_t hash = properties.size();
    for (const auto& property : properties)
      hash = hash * 31 + (reinterpret_cast<std::uintptr_t>(property.key.data) >> 3);
    auto found = shapes_.find(hash);
    if (found == shapes_.end()) {
      if (shapes_.size() < shapes_max)
        shapes_.emplace(hash, shape{properties});
      return nullptr;
    }
    auto& known = found->second;
    if (!std::ranges::equal(known.like, properties, [](const auto& a, const auto& b) {
          return a.key.data == b.key.data && a.key.length == b.key.length;
        }))
      return nullptr;
    if (++known.met == templated_from) // a template costs as much as a few objects
      known.made = make_template(properties);
    return known.made.IsEmpty() ? nullptr : &known;
  }

  /// Empty when there are keys that are more than plain names.
  v8::Local<v8::DictionaryTemplate> make_template(std::span<const value_property> properties) {
    std::vector<std::string_view> names;
    for (const auto& [key, item] : properties) {
      auto latin1 = key.latin1();
      if (key.two_byte || key.length == 0
          || std::ranges::any_of(latin1, [](auto c) { return c >= 0x80; })
          || (latin1[0] >= '0' && latin1[0] <= '9'))
        return {};
      names.emplace_back(reinterpret_cast<const char*>(latin1.data()), latin1.size());
      if (names.back() == "__proto__" || std::ranges::count(names, names.back()) != 1)
        return {};
    }
    return v8::DictionaryTemplate::New(isolate_, {names.data(), names.size()});
  }

  v8::MaybeLocal<v8::Object> make_empty(const value_slot& from) {
    const auto& node = *from.node;
    switch (from.kind) {
      case value_kind::array:
        return make_array(node);
      case value_kind::map:
        return v8::Map::New(isolate_);
      case value_kind::set:
        return v8::Set::New(isolate_);
      case value_kind::date: {
        v8::Local<v8::Value> made;
        if (!v8::Date::New(context_, node.number).ToLocal(&made))
          return {};
        return made.As<v8::Object>();
      }
      case value_kind::regexp:
        return make_regexp(node);
      case value_kind::error:
        return make_error(node);
      case value_kind::array_buffer:
        return make_buffer(node);
      case value_kind::typed_array:
        return make_view(node);
      case value_kind::shared_array_buffer:
        return v8::SharedArrayBuffer::New(
          isolate_, std::static_pointer_cast<v8::BackingStore>(*node.resource));
      case value_kind::wasm_module: {
        v8::Local<v8::WasmModuleObject> made;
        if (!here_.owner()
               .wasm()
               .share(here_, *static_cast<const v8::CompiledWasmModule*>(node.resource->get()))
               .ToLocal(&made))
          return {};
        return made;
      }
      case value_kind::boxed: {
        v8::Local<v8::Value> primitive;
        if (!make(node.items[0]).ToLocal(&primitive))
          return {};
        return primitive->ToObject(context_);
      }
      default:
        return v8::Object::New(isolate_);
    }
  }

  v8::MaybeLocal<v8::Object> make_array(const value_node& node) {
    auto made = v8::Array::New(isolate_, node.items.empty() ? 0 : static_cast<int>(node.length));
    if (node.items.empty() && node.length != 0
        && !made->Set(context_, literal("length"), v8::Number::New(isolate_, node.length))
              .FromMaybe(false))
      return {};
    return made;
  }

  static int regexp_flag(char16_t letter) {
    for (auto [bit, known] : regexp_flags)
      if (known == letter)
        return bit;
    return 0;
  }

  v8::MaybeLocal<v8::Object> make_regexp(const value_node& node) {
    v8::Local<v8::Value> source;
    v8::Local<v8::RegExp> made;
    if (!make_string(node.text).ToLocal(&source))
      return {};
    int flags = 0;
    for (std::uint32_t i = 0; i < node.extra.length; ++i) {
      int flag = regexp_flag(node.extra.at(i));
      constexpr int either = v8::RegExp::kUnicode | v8::RegExp::kUnicodeSets;
      bool twice = (flags & flag) != 0;
      flags |= flag;
      // V8 itself checks flags only in what scripts write.
      if (flag == 0 || twice || (flags & either) == either) {
        isolate_->ThrowException(
          v8::Exception::SyntaxError(literal("Invalid regular expression flags")));
        return {};
      }
    }
    if (!v8::RegExp::New(context_, source.As<v8::String>(), static_cast<v8::RegExp::Flags>(flags))
           .ToLocal(&made))
      return {};
    return made;
  }

  v8::MaybeLocal<v8::Object> make_error(const value_node& node) {
    auto name = detail::to_utf8(node.text);
    // The stack begins with the message, which is put in with the other properties later.
    v8::Local<v8::Value> text;
    auto message = v8::String::Empty(isolate_);
    if (const auto* given = field_of(node, "message");
        given != nullptr && given->kind == value_kind::string) {
      if (!make_string(given->node->text).ToLocal(&text))
        return {};
      message = text.As<v8::String>();
    }
    v8::Local<v8::Value> made;
    bool has_head = true;
    if (name == "RangeError")
      made = v8::Exception::RangeError(message);
    else if (name == "ReferenceError")
      made = v8::Exception::ReferenceError(message);
    else if (name == "SyntaxError")
      made = v8::Exception::SyntaxError(message);
    else if (name == "TypeError")
      made = v8::Exception::TypeError(message);
    else if (name == "EvalError" || name == "URIError")
      made = make_rare_error(name[0]);
    if (made.IsEmpty()) {
      made = v8::Exception::Error(message);
      has_head = name == "Error";
    } else {
      has_head = name != "EvalError" && name != "URIError";
    }
    auto object = made.As<v8::Object>();
    static constexpr std::array<std::string_view, 7> built_in{
      "Error",       "EvalError", "RangeError", "ReferenceError",
      "SyntaxError", "TypeError", "URIError"};
    bool plain = std::ranges::find(built_in, name) != built_in.end();
    if (!plain
        && (!make_string(node.text).ToLocal(&text) || !define(object, literal("name"), text)))
      return {};
    if (!has_head && field_of(node, "stack") == nullptr) {
      if (!make_string(node.text).ToLocal(&text))
        return {};
      auto head = text.As<v8::String>();
      if (message->Length() != 0)
        head = v8::String::Concat(isolate_, v8::String::Concat(isolate_, head, literal(": ")),
                                  message);
      if (!define(object, literal("stack"), head))
        return {};
    }
    return object;
  }

  static const value_slot* field_of(const value_node& node, std::string_view name) {
    for (const auto& [key, item] : node.properties)
      if (key.length == name.size() && detail::to_utf8(key) == name)
        return &item;
    return nullptr;
  }

  /// An EvalError or URIError, which v8::Exception does not make. The realm's
  /// global may have been tampered with, V8's deserializer has the originals.
  v8::Local<v8::Value> make_rare_error(char prototype) {
    const std::array<std::uint8_t, 5> serialized{0xFF, 15, 'r',
                                                 static_cast<std::uint8_t>(prototype), '.'};
    v8::ValueDeserializer deserializer{isolate_, serialized.data(), serialized.size()};
    v8::Local<v8::Value> made;
    if (!deserializer.ReadHeader(context_).FromMaybe(false)
        || !deserializer.ReadValue(context_).ToLocal(&made))
      return {};
    return made;
  }

  v8::MaybeLocal<v8::Object> make_buffer(const value_node& node) {
    if (node.resource != nullptr)
      return attach(*static_cast<detail::transfer_cell*>(node.resource->get()));
    v8::Local<v8::ArrayBuffer> made;
    if (!v8::ArrayBuffer::MaybeNew(isolate_, node.bytes.size()).ToLocal(&made)) {
      isolate_->ThrowException(
        v8::Exception::RangeError(literal("Array buffer allocation failed")));
      return {};
    }
    if (!node.bytes.empty())
      std::memcpy(made->Data(), node.bytes.data(), node.bytes.size());
    return made;
  }

  v8::MaybeLocal<v8::Object> attach(detail::transfer_cell& cell) {
    auto memory = cell.take();
    if (!memory)
      return refuse("an ArrayBuffer whose memory was taken before");
    v8::Local<v8::ArrayBuffer> made;
    if (attach_memory(here_, *memory).ToLocal(&made))
      return made;
    auto size = memory->size();
    cell.give_back(*std::move(memory));
    return refuse(fmt::format("an ArrayBuffer of {} bytes, beyond the limit of {} MiB,", size,
                              here_.owner().array_buffers()->bytes_max() >> 20));
  }

  v8::MaybeLocal<v8::Object> refuse(std::string what) {
    refused_ = std::move(what);
    return {};
  }

  v8::MaybeLocal<v8::Object> make_view(const value_node& node) {
    v8::Local<v8::Value> whole;
    if (!make_object(node.items[0]).ToLocal(&whole))
      return {};
    return whole->IsSharedArrayBuffer() ? view_of(whole.As<v8::SharedArrayBuffer>(), node)
                                        : view_of(whole.As<v8::ArrayBuffer>(), node);
  }

  template <class Buffer>
  static v8::Local<v8::Object> view_of(v8::Local<Buffer> buffer, const value_node& node) {
    auto count = node.byte_length / detail::element_size(node.element);
    switch (node.element) {
      case element_type::int8:
        return v8::Int8Array::New(buffer, node.offset, count);
      case element_type::uint8_clamped:
        return v8::Uint8ClampedArray::New(buffer, node.offset, count);
      case element_type::int16:
        return v8::Int16Array::New(buffer, node.offset, count);
      case element_type::uint16:
        return v8::Uint16Array::New(buffer, node.offset, count);
      case element_type::int32:
        return v8::Int32Array::New(buffer, node.offset, count);
      case element_type::uint32:
        return v8::Uint32Array::New(buffer, node.offset, count);
      case element_type::float16:
        return v8::Float16Array::New(buffer, node.offset, count);
      case element_type::float32:
        return v8::Float32Array::New(buffer, node.offset, count);
      case element_type::float64:
        return v8::Float64Array::New(buffer, node.offset, count);
      case element_type::bigint64:
        return v8::BigInt64Array::New(buffer, node.offset, count);
      case element_type::biguint64:
        return v8::BigUint64Array::New(buffer, node.offset, count);
      case element_type::data_view:
        return v8::DataView::New(buffer, node.offset, count);
      default:
        return v8::Uint8Array::New(buffer, node.offset, count);
    }
  }

  bool step() {
    auto& top = open_.back();
    const auto& node = *top.node;
    auto object = top.object;
    if (top.next_item < node.items.size())
      return fill_item(top, object);
    if (top.next_property < node.properties.size()) {
      const auto& property = node.properties[top.next_property++];
      if (is_placed(top, property))
        return true;
      bool hidden = top.kind == value_kind::error && property.item.kind != value_kind::undefined
                    && is_error_field(property.key);
      v8::Local<v8::Value> item;
      v8::Local<v8::Value> key;
      if (!make(property.item).ToLocal(&item) || !make_name(property.key).ToLocal(&key))
        return false;
      if (hidden)
        return define(object, key.As<v8::String>(), item);
      return object->CreateDataProperty(context_, key.As<v8::Name>(), item).FromMaybe(false);
    }
    open_.pop_back();
    return true;
  }

  bool fill_item(frame& top, v8::Local<v8::Object> object) {
    const auto& items = top.node->items;
    auto kind = top.kind;
    auto index = top.next_item;
    top.next_item += kind == value_kind::map ? 2 : 1;
    if (kind == value_kind::array
        && (items[index].kind == value_kind::hole || is_placed(top, items[index])))
      return true;
    v8::Local<v8::Value> item;
    if (!make(items[index]).ToLocal(&item))
      return false;
    if (kind == value_kind::map) {
      v8::Local<v8::Value> mapped;
      return make(items[index + 1]).ToLocal(&mapped)
             && !object.As<v8::Map>()->Set(context_, item, mapped).IsEmpty();
    }
    if (kind == value_kind::set)
      return !object.As<v8::Set>()->Add(context_, item).IsEmpty();
    return object->CreateDataProperty(context_, static_cast<std::uint32_t>(index), item)
      .FromMaybe(false);
  }

  static bool is_error_field(const value_text& key) {
    auto name = detail::to_utf8(key);
    return name == "message" || name == "stack" || name == "cause" || name == "errors";
  }

  bool define(v8::Local<v8::Object> object, v8::Local<v8::String> key,
              v8::Local<v8::Value> item) {
    return object->DefineOwnProperty(context_, key, item, v8::DontEnum).FromMaybe(false);
  }

  v8::Local<v8::String> literal(const char* text) {
    return v8::String::NewFromUtf8(isolate_, text, v8::NewStringType::kInternalized)
      .ToLocalChecked();
  }

  isolate_scope& here_;
  v8::Isolate* isolate_;
  v8::Local<v8::Context> context_;
  bool whole_;
  std::string refused_;
  const value_node* failed_at_ = nullptr;
  std::vector<frame> open_;
  std::unordered_map<const value_node*, v8::Local<v8::Object>> known_;
  std::vector<v8::Local<v8::Value>> placed_;
  std::unordered_map<std::size_t, shape> shapes_;
  struct used_name {
    const void* data = nullptr;
    std::uint32_t length = 0;
    v8::Local<v8::String> name{};
  };
  std::array<used_name, 64> names_;
  std::uint32_t made_ = 0;
};

/// The way from the root to a node, the shortest: `$.a[3].b`.
std::string path_to(const value_node* wanted, const value_slot& root) {
  struct step {
    const value_node* node;
    std::size_t from; // its place among the steps
    std::size_t place;
    const value_property* property; // null: an item
  };
  std::vector<step> steps{{root.node, 0, 0, nullptr}};
  std::unordered_set<const value_node*> known{root.node};
  std::size_t at = 0;
  while (at < steps.size() && steps[at].node != wanted) {
    auto add = [&](const value_slot& slot, std::size_t place, const value_property* property) {
      if (detail::has_node(slot.kind) && known.insert(slot.node).second)
        steps.push_back({slot.node, at, place, property});
    };
    const auto& node = *steps[at].node;
    for (std::size_t i = 0; i < node.items.size(); ++i)
      add(node.items[i], i, nullptr);
    for (const auto& property : node.properties)
      add(property.item, 0, &property);
    ++at;
  }
  if (at == steps.size())
    return "$";
  std::vector<const step*> way;
  for (; at != 0; at = steps[at].from)
    way.push_back(&steps[at]);
  std::string path = "$";
  for (auto next = way.rbegin(); next != way.rend(); ++next) {
    if ((*next)->property != nullptr)
      append_key(path, detail::to_utf8((*next)->property->key));
    else
      append_index(path, static_cast<double>((*next)->place));
  }
  return path;
}

} // namespace

v8::MaybeLocal<v8::Value> read_clone(isolate_scope& here, v8::Local<v8::Context> context,
                                     const value& from, clone_refusal& refusal) {
  const auto& graph = value_access::graph(from);
  if (const auto& folded = value_access::folded_slot(from);
      graph != nullptr && graph->tape() != nullptr && detail::has_node(folded.kind)
      && graph->root() == folded.node) {
    v8::TryCatch caught{here.v8()};
    v8::Local<v8::Value> plain;
    if (here.owner().cloner().read(here.v8(), context, *graph->tape()).ToLocal(&plain))
      return plain;
    if (caught.HasCaught()) {
      caught.ReThrow();
      refusal.path = "$";
      return {};
    }
  }
  const auto& slot = value_access::slot(from);
  bool whole = graph != nullptr && detail::has_node(slot.kind) && graph->root() == slot.node;
  reader reading{here, context, whole};
  v8::Local<v8::Value> made;
  if (reading.read(slot).ToLocal(&made))
    return made;
  refusal = {.what = reading.refused(),
             .path = reading.failed_at() != nullptr ? path_to(reading.failed_at(), slot) : "$"};
  return {};
}

} // namespace troupe::js
