#include "runtime/clone_writer.hpp"

#include "runtime/clone_path.hpp"
#include "runtime/memory_transfer.hpp"
#include "runtime/plain_clone.hpp"
#include "runtime/regexp_flags.hpp"
#include "runtime/transfer_cell.hpp"
#include "runtime/value_graph.hpp"
#include "runtime/value_tape.hpp"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-date.h>
#include <v8-exception.h>
#include <v8-primitive-object.h>
#include <v8-primitive.h>
#include <v8-proxy.h>
#include <v8-regexp.h>
#include <v8-statistics.h>
#include <v8-typed-array.h>
#include <v8-value-serializer.h>
#include <v8-wasm.h>

#include <algorithm>
#include <cstring>
#include <list>
#include <unordered_map>
#include <vector>

namespace troupe::js {

using detail::boolean_slot;
using detail::node_slot;
using detail::number_slot;
using detail::plain_slot;
using detail::value_access;
using detail::value_graph;
using detail::value_node;
using detail::value_property;
using detail::value_slot;
using detail::value_text;

namespace {

value_text copy_text(v8::Isolate* isolate, value_graph& graph, v8::Local<v8::String> from) {
  auto length = static_cast<std::uint32_t>(from->Length());
  if (from->IsOneByte()) {
    auto text = graph.make_span<std::uint8_t>(length);
    from->WriteOneByteV2(isolate, 0, length, text.data());
    return {text.data(), length, false};
  }
  auto text = graph.make_span<char16_t>(length);
  from->WriteV2(isolate, 0, length, reinterpret_cast<std::uint16_t*>(text.data()));
  return {text.data(), length, true};
}

/// The objects that a walk has met, by V8's identity hash: open addressing.
class met_objects {
public:
  struct entry {
    v8::Local<v8::Object> object{};
    value_node* node = nullptr; // null: free
    value_kind kind = value_kind::undefined;
    int hash = 0;
  };

  [[nodiscard]] const entry* find(v8::Local<v8::Object> object) const {
    if (slots_.empty())
      return nullptr;
    auto hash = object->GetIdentityHash();
    for (auto at = start(hash); slots_[at].node != nullptr; at = next(at))
      if (slots_[at].hash == hash && slots_[at].object == object)
        return &slots_[at];
    return nullptr;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return used_;
  }

  /// Requires that it is not there yet.
  void add(v8::Local<v8::Object> object, value_node* node, value_kind kind) {
    if (2 * ++used_ > slots_.size()) {
      auto old =
        std::exchange(slots_, std::vector<entry>(std::max<std::size_t>(16, 2 * slots_.size())));
      for (auto& each : old)
        if (each.node != nullptr)
          put(each);
    }
    put({object, node, kind, object->GetIdentityHash()});
  }

private:
  void put(const entry& what) {
    auto at = start(what.hash);
    while (slots_[at].node != nullptr)
      at = next(at);
    slots_[at] = what;
  }

  [[nodiscard]] std::size_t start(int hash) const {
    // V8's hashes are random, but of 20 bits only.
    return (static_cast<std::size_t>(hash) * 0x9E3779B97F4A7C15u >> 20) & (slots_.size() - 1);
  }

  [[nodiscard]] std::size_t next(std::size_t at) const {
    return (at + 1) & (slots_.size() - 1);
  }

  std::vector<entry> slots_; // none, or a power of two
  std::size_t used_ = 0;
};

/// Walks a script value depth first, with a stack of its own: a script can nest
/// deeper than any native stack.
class writer final : private plain_cloner::text_sink {
public:
  writer(isolate_scope& here, v8::Local<v8::Context> context, clone_mode mode,
         clone_budget& spent)
    : here_(here), isolate_(here.v8()), context_(context), mode_(mode), spent_(spent),
      graph_(std::make_shared<value_graph>()) {
  }

  result<value> write(v8::Local<v8::Value> from) {
    value_slot root;
    detail::value_tape tape;
    plain_cloner::interruption where;
    auto& cloner = here_.owner().cloner();
    switch (cloner.write(isolate_, context_, from, *graph_, tape, *this, where)) {
      case plain_cloner::outcome::whole:
        return folded(std::move(tape));
      case plain_cloner::outcome::interrupted:
        if (!resume(tape, where, root))
          return failure();
        break;
      case plain_cloner::outcome::refused:
      case plain_cloner::outcome::threw:
        return failure();
      case plain_cloner::outcome::declined:
        if (!visit(from, root))
          return failure();
    }
    while (!open_.empty())
      if (!step())
        return failure();
    if (!move_buffers())
      return failure();
    cloner.missed(met_.size());
    if (!detail::has_node(root.kind))
      return value_access::make(nullptr, root);
    graph_->set_root(root.node);
    return value_access::make(std::move(graph_), root);
  }

private:
  /// The keys of objects that look alike.
  struct shape {
    std::vector<v8::Local<v8::Value>> names;
    std::vector<value_text> texts;
  };

  /// A container that is being filled, slot by slot.
  struct frame {
    v8::Local<v8::Object> object;
    value_node* node;
    v8::Local<v8::Array> keys{}; // unless `like` knows them
    std::uint32_t key_count = 0;
    std::uint32_t next_key = 0;
    std::size_t used = 0;           // properties stored so far
    v8::Local<v8::Array> entries{}; // of a Map or Set; the array itself, if packed
    std::uint32_t next_item = 0;
    std::uint32_t first_named = 0; // among the keys of a packed array
    const shape* like = nullptr;   // what is known of the keys
  };

  // -- plain data ---------------------------------------------------------------

  /// A value whose nodes are made when they are wanted.
  result<value> folded(detail::value_tape tape) {
    constexpr auto op_mask = (1 << detail::tape_op_bits) - 1;
    bool is_array =
      (tape.ops.front() & op_mask) == static_cast<std::int32_t>(detail::tape_op::array);
    auto* node = graph_->make_node();
    node->shared = false;
    graph_->set_root(node);
    graph_->set_tape(std::make_unique<detail::value_tape>(std::move(tape)));
    return value_access::make(std::move(graph_),
                              node_slot(is_array ? value_kind::array : value_kind::object, node));
  }

  /// Goes on where a walk of plain data has broken off.
  bool resume(const detail::value_tape& tape, const plain_cloner::interruption& where,
              value_slot& root) {
    auto nodes = detail::expand(tape, *graph_, graph_->make_node());
    root = nodes.met.front();
    auto writable = [](const value_slot& slot) { return const_cast<value_node*>(slot.node); };
    for (std::size_t i = 0; i < where.met.size(); ++i)
      met_.add(where.met[i], writable(nodes.met[i]), nodes.met[i].kind);
    for (std::size_t i = 0; i < where.frames.size(); ++i) {
      const auto& from = where.frames[i];
      frame filling{.object = from.object, .node = nodes.open[i].node};
      if (from.keys.IsEmpty()) {
        filling.entries = from.object.As<v8::Array>();
        filling.next_item = from.next;
      } else {
        filling.keys = from.keys;
        filling.key_count = from.keys->Length();
        filling.next_key = from.next;
        filling.used = nodes.open[i].filled;
      }
      open_.push_back(filling);
    }
    if (where.pending.IsEmpty())
      return true;
    auto& top = open_.back();
    if (!top.entries.IsEmpty())
      return visit(where.pending, top.node->items[top.next_item - 1]);
    v8::Local<v8::Value> key;
    auto& property = top.node->properties[top.used++];
    return top.keys->Get(context_, top.next_key - 1).ToLocal(&key)
           && intern(key.As<v8::String>(), property.key) && visit(where.pending, property.item);
  }

  /// Text of plain data. Its handle is V8's, for this call only.
  bool take(v8::Local<v8::String> from, value_text& to) override {
    {
      v8::String::ValueView view{isolate_, from};
      if (view.length() < shared_text_min) {
        to = copy_view(view);
        return charge(to.length + sizeof(value_slot));
      }
    }
    return share_kept(from, to);
  }

  bool share_kept(v8::Local<v8::String> from, value_text& to) {
    auto hash = from->GetIdentityHash();
    auto [first, last] = kept_strings_.equal_range(hash);
    for (; first != last; ++first) {
      if (first->second.name == from) {
        to = first->second.text;
        return true;
      }
    }
    if (!copy(from, to))
      return false;
    kept_strings_.emplace(hash, kept_string{{isolate_, from}, to});
    return true;
  }

  value_text copy_view(const v8::String::ValueView& view) {
    if (view.length() == 0)
      return {};
    std::size_t bytes = std::size_t{view.length()} << (view.is_one_byte() ? 0 : 1);
    // In pieces of the graph's memory that hold many: short texts are the most.
    auto skipped = view.is_one_byte() ? 0 : room_.size() % 2; // it ends at an even place
    if (room_.size() < bytes + skipped) {
      piece_ = std::min(2 * piece_, piece_max);
      room_ = std::as_writable_bytes(graph_->make_span<char16_t>(std::max(piece_, bytes)));
      skipped = 0;
    }
    auto* to = room_.data() + skipped;
    std::memcpy(to, view.is_one_byte() ? static_cast<const void*>(view.data8()) : view.data16(),
                bytes);
    room_ = room_.subspan(skipped + bytes);
    return {to, view.length(), !view.is_one_byte()};
  }

  // -- everything -----------------------------------------------------------------

  result<value> failure() {
    if (!refused_.empty())
      return error{.code = errc::clone_failed,
                   .message = fmt::format("{} cannot be cloned: {}", refused_,
                                          place_.empty() ? path() : place_)};
    return error{.code = errc::uncaught_exception,
                 .message = "a script threw while its value was read"};
  }

  /// Where the walk is, as `$.a[3].b`.
  std::string path() {
    std::string text = "$";
    for (const auto& at : open_) {
      if (!at.entries.IsEmpty() && at.next_item > 0) {
        append_index(text, at.next_item - 1);
      } else if (at.next_key > 0) {
        v8::Local<v8::Value> key;
        if (at.like != nullptr)
          key = at.like->names[at.next_key - 1];
        else if (!at.keys->Get(context_, at.next_key - 1).ToLocal(&key))
          continue;
        v8::Local<v8::Uint32> index;
        v8::TryCatch quiet{isolate_}; // what is no index throws
        if (key->IsNumber())
          append_index(text, key.As<v8::Number>()->Value());
        else if (key->ToArrayIndex(context_).ToLocal(&index))
          append_index(text, index->Value());
        else if (key->IsString())
          append_key(text, to_utf8(isolate_, key.As<v8::String>()));
      }
    }
    return text;
  }

  bool refuse(std::string what) {
    refused_ = std::move(what);
    return false;
  }

  value_node* open_node(v8::Local<v8::Object> from, value_kind kind, value_slot& slot) {
    auto* node = graph_->make_node();
    node->shared = false; // until it is met again
    slot = node_slot(kind, node);
    met_.add(from, node, kind);
    return node;
  }

  bool find_known(v8::Local<v8::Object> from, value_slot& slot) {
    const auto* found = met_.find(from);
    if (found == nullptr)
      return false;
    slot = node_slot(found->kind, found->node);
    found->node->shared = true;
    return true;
  }

  bool visit(v8::Local<v8::Value> from, value_slot& slot) {
    if (from->IsUndefined())
      slot = plain_slot(value_kind::undefined);
    else if (from->IsNull())
      slot = plain_slot(value_kind::null);
    else if (from->IsBoolean())
      slot = boolean_slot(from.As<v8::Boolean>()->Value());
    else if (from->IsNumber())
      slot = number_slot(from.As<v8::Number>()->Value());
    else if (from->IsString())
      return visit_string(from.As<v8::String>(), slot);
    else if (from->IsBigInt())
      return visit_bigint(from.As<v8::BigInt>(), slot);
    else if (from->IsSymbol())
      return refuse("a symbol");
    else
      return visit_object(from.As<v8::Object>(), slot);
    return true;
  }

  bool visit_string(v8::Local<v8::String> from, value_slot& slot) {
    auto* node = graph_->make_node();
    slot = node_slot(value_kind::string, node);
    if (from->Length() >= shared_text_min)
      return share(from, node->text);
    return charge(sizeof(value_node)) && copy(from, node->text);
  }

  bool copy(v8::Local<v8::String> from, value_text& to) {
    if (!charge(static_cast<std::size_t>(from->Length()) * (from->IsOneByte() ? 1 : 2)))
      return false;
    to = copy_text(isolate_, *graph_, from);
    return true;
  }

  /// Copies a large string, once.
  bool share(v8::Local<v8::String> from, value_text& text) {
    // A large string that occurs many times is one string in the script's heap,
    // and must not be many outside it. Compared by identity: V8 gives all strings
    // of more than 16,383 units and of one length the same hash.
    auto hash = from->GetIdentityHash();
    auto [first, last] = strings_.equal_range(hash);
    for (; first != last; ++first) {
      if (first->second.name == from) {
        text = first->second.text;
        return true;
      }
    }
    if (!copy(from, text))
      return false;
    strings_.emplace(hash, interned{from, text});
    return true;
  }

  /// Takes note of what is copied. A slice of a string is a few bytes in the
  /// script's heap, whatever its length, and a big integer that is met twice is one; the
  /// copies must not be more than what the isolate may hold.
  bool charge(std::size_t bytes) {
    auto& [copied, max] = spent_;
    copied += bytes;
    if (copied <= never_too_much)
      return true;
    if (max == 0) {
      v8::HeapStatistics statistics;
      isolate_->GetHeapStatistics(&statistics);
      max = std::max(never_too_much, statistics.heap_size_limit());
    }
    return copied <= max
           || refuse(fmt::format("a value with more than {} MiB of texts and big integers",
                                 max >> 20));
  }

  bool visit_bigint(v8::Local<v8::BigInt> from, value_slot& slot) {
    auto* node = graph_->make_node();
    int count = from->WordCount();
    auto size = static_cast<std::size_t>(count);
    if (!charge(sizeof(value_node) + size * sizeof(std::uint64_t)))
      return false;
    auto words = graph_->make_span<std::uint64_t>(size);
    int negative = 0;
    from->ToWordsArray(&negative, &count, words.data());
    node->words = words;
    node->negative = negative != 0;
    slot = node_slot(value_kind::bigint, node);
    return true;
  }

  bool visit_object(v8::Local<v8::Object> from, value_slot& slot) {
    if (find_known(from, slot))
      return true;
    if (from->IsFunction())
      return refuse("a function");
    if (from->IsProxy())
      return refuse("a proxy");
    if (from->IsArray())
      return open_array(from.As<v8::Array>(), slot);
    if (from->IsDate()) {
      open_node(from, value_kind::date, slot)->number = from.As<v8::Date>()->ValueOf();
      return true;
    }
    if (from->IsRegExp())
      return visit_regexp(from.As<v8::RegExp>(), slot);
    if (from->IsMap())
      return open_collection(from, value_kind::map, from.As<v8::Map>()->AsArray(), slot);
    if (from->IsSet())
      return open_collection(from, value_kind::set, from.As<v8::Set>()->AsArray(), slot);
    if (from->IsNativeError())
      return open_error(from, slot);
    if (from->IsArrayBuffer())
      return visit_buffer(from.As<v8::ArrayBuffer>(), slot);
    if (from->IsSharedArrayBuffer())
      return visit_shared_buffer(from.As<v8::SharedArrayBuffer>(), slot);
    if (from->IsWasmModuleObject()) {
      auto* node = open_node(from, value_kind::wasm_module, slot);
      node->resource = graph_->keep(std::make_shared<v8::CompiledWasmModule>(
        from.As<v8::WasmModuleObject>()->GetCompiledModule()));
      return true;
    }
    if (from->IsArrayBufferView())
      return visit_view(from.As<v8::ArrayBufferView>(), slot);
    if (from->IsNumberObject() || from->IsStringObject() || from->IsBooleanObject()
        || from->IsBigIntObject())
      return visit_boxed(from, slot);
    if (from->IsPromise())
      return refuse("a promise");
    if (from->IsWeakMap() || from->IsWeakSet() || from->IsWeakRef() || from->IsGeneratorObject()
        || from->IsSymbolObject() || from->IsModuleNamespaceObject() || from->IsWasmMemoryObject()
        || from->InternalFieldCount() > 0)
      return refuse(fmt::format("a {}", to_utf8(isolate_, from->GetConstructorName())));
    frame filling{.object = from, .node = nullptr};
    {
      v8::EscapableHandleScope brief{isolate_};
      v8::Local<v8::Array> keys;
      if (!own_keys(from).ToLocal(&keys))
        return false;
      filling.key_count = keys->Length();
      filling.like = known_shape(keys);
      if (filling.like == nullptr)
        filling.keys = brief.Escape(keys);
    }
    if (filling.key_count == 0 && is_exotic(from))
      return refuse(fmt::format("a {}", to_utf8(isolate_, from->GetConstructorName())));
    if (filling.like == nullptr)
      filling.like = new_shape(filling.keys);
    filling.node = open_node(from, value_kind::object, slot);
    filling.node->properties = graph_->make_span<value_property>(filling.key_count);
    if (filling.key_count != 0)
      open_.push_back(filling);
    return true;
  }

  const shape* known_shape(v8::Local<v8::Array> keys) {
    for (const auto& known : shapes_)
      if (known.names.size() == keys->Length() && matches(known, keys))
        return &known;
    return nullptr;
  }

  /// Null when there are too many shapes already, or keys that are no names.
  const shape* new_shape(v8::Local<v8::Array> keys) {
    if (keys->Length() == 0 || keys->Length() > shape_names_max || shapes_.size() >= shapes_max)
      return nullptr;
    shape made;
    for (std::uint32_t i = 0; i < keys->Length(); ++i) {
      v8::Local<v8::Value> name;
      if (!keys->Get(context_, i).ToLocal(&name) || !name->IsString())
        return nullptr;
      // Long names are charged when they are read, one by one.
      if (name.As<v8::String>()->Length() >= shared_text_min)
        return nullptr;
      made.names.push_back(name);
      if (!intern(name.As<v8::String>(), made.texts.emplace_back()))
        return nullptr;
    }
    return &shapes_.emplace_back(std::move(made));
  }

  bool matches(const shape& known, v8::Local<v8::Array> keys) {
    struct progress {
      const shape* known;
      bool same = true;
    } seen{&known};
    auto compare = [](std::uint32_t index, v8::Local<v8::Value> key, void* data) {
      auto& self = *static_cast<progress*>(data);
      self.same = key == self.known->names[index];
      return self.same ? v8::Array::CallbackResult::kContinue : v8::Array::CallbackResult::kBreak;
    };
    return keys->Iterate(context_, compare, &seen).IsJust() && seen.same;
  }

  /// Is an object that shows no properties nothing without its internal state,
  /// as iterators, Intl.NumberFormat and WebAssembly.Table are? V8 tells only by
  /// its serializer.
  bool is_exotic(v8::Local<v8::Object> from) {
    if (plain_prototype_.IsEmpty())
      plain_prototype_ = v8::Object::New(isolate_)->GetPrototypeV2();
    if (from->GetPrototypeV2() == plain_prototype_ || from == context_->Global())
      return false;
    v8::TryCatch quiet{isolate_};
    v8::ValueSerializer probe{isolate_};
    return probe.WriteValue(context_, from).IsNothing() && !quiet.HasTerminated();
  }

  bool open_array(v8::Local<v8::Array> from, value_slot& slot) {
    auto* node = open_node(from, value_kind::array, slot);
    node->length = from->Length();
    frame filling{.object = from, .node = node};
    v8::EscapableHandleScope brief{isolate_};
    v8::Local<v8::Array> keys;
    if (!own_keys(from).ToLocal(&keys))
      return false;
    // A mostly empty array keeps its elements as properties.
    std::uint32_t present = 0;
    auto count = [](std::uint32_t, v8::Local<v8::Value> key, void* counter) {
      if (!key->IsUint32())
        return v8::Array::CallbackResult::kBreak;
      ++*static_cast<std::uint32_t*>(counter);
      return v8::Array::CallbackResult::kContinue;
    };
    if (keys->Iterate(context_, count, &present).IsNothing())
      return false;
    present = std::min(present, node->length);
    bool dense = detail::is_dense(present, node->length);
    if (dense) {
      node->items = graph_->make_span<value_slot>(node->length);
      for (auto& item : node->items)
        item = plain_slot(value_kind::hole);
    }
    node->properties = graph_->make_span<value_property>(keys->Length() - (dense ? present : 0));
    filling.key_count = keys->Length();
    if (present == node->length) {
      filling.entries = from;
      filling.first_named = present;
    }
    if (filling.key_count != filling.first_named)
      filling.keys = brief.Escape(keys);
    if (filling.key_count != 0)
      open_.push_back(filling);
    return true;
  }

  bool open_collection(v8::Local<v8::Object> from, value_kind kind, v8::Local<v8::Array> entries,
                       value_slot& slot) {
    auto* node = open_node(from, kind, slot);
    node->items = graph_->make_span<value_slot>(entries->Length());
    open_.push_back({.object = from, .node = node, .entries = entries});
    return true;
  }

  bool open_error(v8::Local<v8::Object> from, value_slot& slot) {
    auto* node = open_node(from, value_kind::error, slot);
    v8::Local<v8::Value> name;
    if (!from->Get(context_, literal("name")).ToLocal(&name))
      return false;
    if (!name->IsString())
      node->text = graph_->make_text(std::string_view{"Error"});
    else if (!copy(name.As<v8::String>(), node->text))
      return false;
    // message, stack, cause and errors are not enumerable, but are what the
    // structured clone of an error consists of.
    v8::Local<v8::Array> own;
    if (!own_keys(from).ToLocal(&own))
      return false;
    std::vector<v8::Local<v8::Value>> keys;
    for (const char* field : {"message", "stack", "cause", "errors"}) {
      v8::Local<v8::String> key = literal(field);
      bool has = false;
      if (!from->HasOwnProperty(context_, key).To(&has))
        return false;
      if (has)
        keys.push_back(key);
    }
    auto fixed = keys.size();
    for (std::uint32_t i = 0; i < own->Length(); ++i) {
      v8::Local<v8::Value> key;
      if (!own->Get(context_, i).ToLocal(&key))
        return false;
      bool listed = false;
      for (std::size_t k = 0; k < fixed; ++k)
        listed = listed || keys[k]->StrictEquals(key);
      if (!listed && !key->StrictEquals(literal("name")))
        keys.push_back(key);
    }
    node->properties = graph_->make_span<value_property>(keys.size());
    auto list = v8::Array::New(isolate_, keys.data(), keys.size());
    open_.push_back({.object = from, .node = node, .keys = list, .key_count = list->Length()});
    return true;
  }

  bool visit_regexp(v8::Local<v8::RegExp> from, value_slot& slot) {
    auto* node = open_node(from, value_kind::regexp, slot);
    if (!copy(from->GetSource(), node->text))
      return false;
    std::string flags;
    for (auto [bit, letter] : regexp_flags)
      if ((from->GetFlags() & bit) != 0)
        flags += letter;
    node->extra = graph_->make_text(flags);
    return true;
  }

  bool visit_buffer(v8::Local<v8::ArrayBuffer> from, value_slot& slot) {
    if (from->WasDetached())
      return refuse("a detached ArrayBuffer");
    if (mode_ == clone_mode::transfer) {
      if (const auto* why = why_not_detachable(from))
        return refuse(why);
      auto* moved = open_node(from, value_kind::array_buffer, slot);
      moved->byte_length = from->ByteLength();
      moved_.push_back({from, moved, path()});
      return true;
    }
    auto* node = open_node(from, value_kind::array_buffer, slot);
    node->bytes = graph_->copy_span(std::span<const std::byte>{
      static_cast<const std::byte*>(from->Data()), from->ByteLength()});
    return true;
  }

  bool visit_shared_buffer(v8::Local<v8::SharedArrayBuffer> from, value_slot& slot) {
    auto store = from->GetBackingStore();
    if (store->IsResizableByUserJavaScript())
      return refuse("a growable SharedArrayBuffer");
    auto* node = open_node(from, value_kind::shared_array_buffer, slot);
    node->bytes = {static_cast<const std::byte*>(store->Data()), from->ByteLength()};
    node->resource = graph_->keep(std::move(store));
    return true;
  }

  /// Takes the memory out of the buffers that were met, now that nothing can fail
  /// any more: of all or of none.
  bool move_buffers() {
    for (const auto& each : moved_) {
      const auto* why = why_not_detachable(each.from); // a getter may have changed it
      if (why == nullptr && each.from->ByteLength() != each.node->byte_length)
        why = "an ArrayBuffer that was resized meanwhile";
      if (why != nullptr) {
        place_ = each.path;
        return refuse(why);
      }
    }
    for (const auto& each : moved_) {
      auto memory = detach_memory(here_, each.from);
      if (!memory) {
        place_ = each.path;
        return refuse("an ArrayBuffer that V8 does not detach");
      }
      each.node->resource =
        graph_->keep(std::make_shared<detail::transfer_cell>(*std::move(memory)));
    }
    return true;
  }

  bool visit_view(v8::Local<v8::ArrayBufferView> from, value_slot& slot) {
    // A small typed array gets its buffer only now; V8 cannot be refused that.
    v8::Local<v8::Object> buffer = from->Buffer();
    value_slot bytes;
    if (!find_known(buffer, bytes)
        && !(buffer->IsSharedArrayBuffer()
               ? visit_shared_buffer(buffer.As<v8::SharedArrayBuffer>(), bytes)
               : visit_buffer(buffer.As<v8::ArrayBuffer>(), bytes)))
      return false;
    // A getter may have resized the buffer since it was copied.
    auto size = detail::size_of_buffer(*bytes.node);
    if (from->ByteOffset() > size || from->ByteLength() > size - from->ByteOffset())
      return refuse("a view of a buffer that was resized meanwhile");
    auto* node = open_node(from, value_kind::typed_array, slot);
    node->element = element_of(from);
    node->offset = from->ByteOffset();
    node->byte_length = from->ByteLength();
    node->items = graph_->make_span<value_slot>(1);
    node->items[0] = bytes;
    return true;
  }

  bool visit_boxed(v8::Local<v8::Object> from, value_slot& slot) {
    v8::Local<v8::Value> primitive;
    if (from->IsNumberObject())
      primitive = v8::Number::New(isolate_, from.As<v8::NumberObject>()->ValueOf());
    else if (from->IsStringObject())
      primitive = from.As<v8::StringObject>()->ValueOf();
    else if (from->IsBooleanObject())
      primitive = v8::Boolean::New(isolate_, from.As<v8::BooleanObject>()->ValueOf());
    else
      primitive = from.As<v8::BigIntObject>()->ValueOf();
    auto* node = open_node(from, value_kind::boxed, slot);
    node->items = graph_->make_span<value_slot>(1);
    return visit(primitive, node->items[0]);
  }

  static element_type element_of(v8::Local<v8::ArrayBufferView> view) {
    if (view->IsInt8Array())
      return element_type::int8;
    if (view->IsUint8Array())
      return element_type::uint8;
    if (view->IsUint8ClampedArray())
      return element_type::uint8_clamped;
    if (view->IsInt16Array())
      return element_type::int16;
    if (view->IsUint16Array())
      return element_type::uint16;
    if (view->IsInt32Array())
      return element_type::int32;
    if (view->IsUint32Array())
      return element_type::uint32;
    if (view->IsFloat16Array())
      return element_type::float16;
    if (view->IsFloat32Array())
      return element_type::float32;
    if (view->IsFloat64Array())
      return element_type::float64;
    if (view->IsBigInt64Array())
      return element_type::bigint64;
    if (view->IsBigUint64Array())
      return element_type::biguint64;
    return element_type::data_view;
  }

  /// Fills the next slot of the innermost container.
  bool step() {
    auto& top = open_.back();
    if (!top.entries.IsEmpty()) {
      if (top.next_item < top.node->items.size())
        return take_element(top.entries, top.next_item++, top.node->items);
      top.entries = {};
      top.next_key = top.first_named;
    }
    if (top.next_key == top.key_count) {
      top.node->properties = top.node->properties.first(top.used);
      open_.pop_back();
      return true;
    }
    auto place = top.next_key++;
    if (top.like != nullptr)
      return take_property(top, top.like->names[place], top.like->texts[place]);
    v8::Local<v8::Value> key;
    v8::Local<v8::String> name;
    if (!top.keys->Get(context_, place).ToLocal(&key))
      return false;
    if (key->IsUint32() && key.As<v8::Uint32>()->Value() < top.node->items.size())
      return take_element(top.object, key.As<v8::Uint32>()->Value(), top.node->items);
    value_text text;
    return key->ToString(context_).ToLocal(&name) && intern(name, text)
           && take_property(top, key, text);
  }

  /// Reads a property into the next place of its node.
  bool take_property(frame& top, v8::Local<v8::Value> key, const value_text& text) {
    return take_if_there([&] { return top.object->Get(context_, key); },
                         [&] { return has_own(top.object, key); },
                         [&]() -> value_slot& {
                           auto& property = top.node->properties[top.used++];
                           property.key = text;
                           return property.item;
                         });
  }

  /// Reads an element.
  bool take_element(v8::Local<v8::Object> from, std::uint32_t index,
                    std::span<value_slot> items) {
    // A getter may have deleted it since, and what it hid may be anything.
    bool is_there = false;
    if (!from->HasOwnProperty(context_, index).To(&is_there))
      return false;
    return !is_there
           || take_if_there([&] { return from->Get(context_, index); },
                            [] { return v8::Just(true); },
                            [&]() -> value_slot& { return items[index]; });
  }

  /// Reads what `get` gives, unless a getter has deleted it since it was listed.
  template <class Get, class Has, class Place>
  bool take_if_there(Get get, Has has, Place place) {
    v8::Local<v8::Value> item;
    value_slot* slot = nullptr;
    {
      // Most items are plain; their handles would keep V8's garbage collector busy.
      v8::EscapableHandleScope brief{isolate_};
      v8::Local<v8::Value> got;
      if (!get().ToLocal(&got))
        return false;
      // What it hides of its prototypes comes to light then.
      if (got->IsUndefined() || got->IsFunction()) {
        bool is_there = false;
        if (!has().To(&is_there))
          return false;
        if (!is_there)
          return true;
      }
      slot = &place();
      bool remembered =
        got->IsObject()
        || (got->IsString() && got.template As<v8::String>()->Length() >= shared_text_min);
      if (!remembered)
        return visit(got, *slot);
      item = brief.Escape(got);
    }
    return visit(item, *slot);
  }

  v8::Maybe<bool> has_own(v8::Local<v8::Object> object, v8::Local<v8::Value> key) {
    return key->IsUint32() ? object->HasOwnProperty(context_, key.As<v8::Uint32>()->Value())
                           : object->HasOwnProperty(context_, key.As<v8::Name>());
  }

  static constexpr int shared_text_min = 64;
  static constexpr int looks_max = 8;
  static constexpr std::uint32_t shape_names_max = 64;
  static constexpr std::size_t shapes_max = 16;
  static constexpr std::size_t never_too_much = std::size_t{16} << 20;

  /// Records of the same shape share their keys.
  bool intern(v8::Local<v8::String> name, value_text& text) {
    if (name->Length() >= shared_text_min)
      return share(name, text);
    // V8 hashes very long strings by their length alone, so a script can make all
    // of them collide: look at a few only.
    auto [first, last] = keys_.equal_range(name->GetIdentityHash());
    for (int looks = 0; first != last && looks < looks_max; ++first, ++looks) {
      if (first->second.name->StringEquals(name)) {
        text = first->second.text;
        return true;
      }
    }
    if (!copy(name, text))
      return false;
    keys_.emplace(name->GetIdentityHash(), interned{name, text});
    return true;
  }

  v8::MaybeLocal<v8::Array> own_keys(v8::Local<v8::Object> from) {
    return from->GetPropertyNames(
      context_, v8::KeyCollectionMode::kOwnOnly,
      static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS),
      v8::IndexFilter::kIncludeIndices, v8::KeyConversionMode::kKeepNumbers);
  }

  v8::Local<v8::String> literal(const char* text) {
    return v8::String::NewFromUtf8(isolate_, text, v8::NewStringType::kInternalized)
      .ToLocalChecked();
  }

  struct interned {
    v8::Local<v8::String> name;
    value_text text;
  };

  /// A large string that was met among plain data.
  struct kept_string {
    v8::Global<v8::String> name;
    value_text text;
  };

  /// A buffer whose memory is to move out.
  struct moved_buffer {
    v8::Local<v8::ArrayBuffer> from;
    value_node* node;
    std::string path;
  };

  isolate_scope& here_;
  v8::Isolate* isolate_;
  v8::Local<v8::Context> context_;
  clone_mode mode_;
  clone_budget& spent_;
  std::shared_ptr<value_graph> graph_;
  std::vector<moved_buffer> moved_;
  std::vector<frame> open_;
  met_objects met_;
  std::list<shape> shapes_; // frames point into it
  std::unordered_multimap<int, interned> keys_;
  std::unordered_multimap<int, interned> strings_;
  std::unordered_multimap<int, kept_string> kept_strings_;
  static constexpr std::size_t piece_max = 8192; // units
  std::size_t piece_ = 64;
  std::span<std::byte> room_;  // the rest of the last piece
  v8::Local<v8::Value> plain_prototype_;
  std::string refused_;
  std::string place_; // of what was refused, unless the walk is there
};

} // namespace

result<value> write_clone(isolate_scope& here, v8::Local<v8::Context> context,
                          v8::Local<v8::Value> from, clone_mode mode, clone_budget& spent) {
  return writer{here, context, mode, spent}.write(from);
}

} // namespace troupe::js
