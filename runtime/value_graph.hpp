#pragma once

#include "troupe/value.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <forward_list>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe::detail {

/// Text as V8 keeps it: Latin-1 or UTF-16, so crossing never transcodes.
struct value_text {
  const void* data = nullptr;
  std::uint32_t length = 0; // in characters
  bool two_byte = false;

  [[nodiscard]] std::span<const std::uint8_t> latin1() const noexcept {
    return {static_cast<const std::uint8_t*>(data), length};
  }

  [[nodiscard]] std::u16string_view utf16() const noexcept {
    return {static_cast<const char16_t*>(data), length};
  }

  [[nodiscard]] char16_t at(std::size_t i) const noexcept {
    return two_byte ? utf16()[i] : latin1()[i];
  }
};

[[nodiscard]] bool operator==(const value_text& a, const value_text& b) noexcept;
[[nodiscard]] std::string to_utf8(const value_text& text);
[[nodiscard]] std::u16string to_utf16(const value_text& text);

struct value_property {
  value_text key;
  value_slot item;
};

/// Whatever does not fit a slot. Which fields count depends on the kind:
///
/// string   text                      regexp  text (source), extra (flags)
/// bigint   words, negative           date    number
/// array    items, length, properties object  properties
/// map      items (key, item, …)      set     items
/// error    text (name), properties (message, stack, cause and the rest)
/// array_buffer  bytes, or resource (a transfer_cell) and byte_length
/// boxed    items[0]
/// typed_array   items[0] (the buffer), offset, byte_length, element
/// shared_array_buffer   bytes, resource (a v8::BackingStore)
/// wasm_module   resource (a v8::CompiledWasmModule)
/// host_function   resource (a host_callable)
/// reference   resource (a js::lease)
struct value_node {
  std::uint32_t length = 0;
  element_type element = element_type::uint8;
  bool negative = false;
  /// May be reached twice; false only when a walk from `value_graph::root` met it
  /// once.
  bool shared = true;
  double number = 0;
  value_text text;
  value_text extra;
  std::span<value_slot> items;
  std::span<value_property> properties;
  std::span<const std::uint64_t> words;
  std::span<const std::byte> bytes;
  std::size_t offset = 0;
  std::size_t byte_length = 0;
  /// What is shared rather than copied, with its type told by the kind; belongs to
  /// the graph (`value_graph::keep`).
  const std::shared_ptr<void>* resource = nullptr;
};

struct value_tape;

/// Owns the nodes of one value: a bump allocator that frees all at once, so
/// cycles cost nothing. Built by one thread, immutable afterwards, but for one
/// thing: what came as a tape becomes nodes when somebody looks (`expand`).
class value_graph {
public:
  value_graph();
  ~value_graph();

  value_graph(const value_graph&) = delete;
  value_graph& operator=(const value_graph&) = delete;

  // -- building ---------------------------------------------------------------

  [[nodiscard]] value_node* make_node() {
    return new (memory_.allocate(sizeof(value_node), alignof(value_node))) value_node;
  }

  template <class T>
  [[nodiscard]] std::span<T> make_span(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0)
      return {};
    auto* first = static_cast<T*>(memory_.allocate(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }

  template <class T>
  [[nodiscard]] std::span<const T> copy_span(std::span<const T> from) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (from.empty())
      return {};
    auto* first = static_cast<T*>(memory_.allocate(from.size_bytes(), alignof(T)));
    std::memcpy(first, from.data(), from.size_bytes());
    return {first, from.size()};
  }

  [[nodiscard]] value_text make_text(std::string_view utf8);
  [[nodiscard]] value_text make_text(std::u16string_view utf16);

  /// The node that all of this graph was reached from; null for a graph that was
  /// put together in another way.
  [[nodiscard]] const value_node* root() const noexcept {
    return root_;
  }

  void set_root(const value_node* node) noexcept {
    root_ = node;
  }

  /// Keeps `other`, whose nodes this graph's slots refer to.
  void adopt(std::shared_ptr<const value_graph> other);

  // -- as a tape ----------------------------------------------------------------

  /// What the nodes under the root are made of when they are wanted; null for a
  /// graph that had them from the beginning.
  [[nodiscard]] const value_tape* tape() const noexcept {
    return tape_.get();
  }

  /// Requires that the root's node is still empty.
  void set_tape(std::unique_ptr<value_tape> tape);

  /// Makes the nodes, once. Any thread.
  void expand() const {
    if (folded_.load(std::memory_order_acquire))
      unfold();
  }

  /// Keeps `what` as long as this graph, for `value_node::resource`.
  [[nodiscard]] const std::shared_ptr<void>* keep(std::shared_ptr<void> what) {
    return &kept_.emplace_front(std::move(what));
  }

private:
  void unfold() const;

  std::pmr::monotonic_buffer_resource memory_;
  std::vector<std::shared_ptr<const value_graph>> adopted_;
  std::forward_list<std::shared_ptr<void>> kept_;
  const value_node* root_ = nullptr;
  std::unique_ptr<value_tape> tape_;
  mutable std::atomic<bool> folded_{false};
  mutable std::once_flag unfolded_;
};

/// The only way into a `value` besides its public face.
struct value_access {
  [[nodiscard]] static value make(std::shared_ptr<const value_graph> graph, value_slot slot) {
    return value{std::move(graph), slot};
  }

  /// With nodes behind it.
  [[nodiscard]] static const value_slot& slot(const value& from) noexcept {
    if (from.graph_)
      from.graph_->expand();
    return from.slot_;
  }

  /// Whose node may still be folded up in a tape.
  [[nodiscard]] static const value_slot& folded_slot(const value& from) noexcept {
    return from.slot_;
  }

  [[nodiscard]] static const std::shared_ptr<const value_graph>& graph(
    const value& from) noexcept {
    return from.graph_;
  }
};

/// A value that is nothing but a resource.
[[nodiscard]] value make_leaf(value_kind kind, std::shared_ptr<void> resource);

[[nodiscard]] inline value_slot node_slot(value_kind kind, const value_node* node) noexcept {
  value_slot slot;
  slot.kind = kind;
  slot.node = node;
  return slot;
}

[[nodiscard]] inline value_slot plain_slot(value_kind kind) noexcept {
  value_slot slot;
  slot.kind = kind;
  return slot;
}

[[nodiscard]] inline value_slot number_slot(double number) noexcept {
  value_slot slot;
  slot.kind = value_kind::number;
  slot.number = number;
  return slot;
}

[[nodiscard]] inline value_slot boolean_slot(bool boolean) noexcept {
  value_slot slot;
  slot.kind = value_kind::boolean;
  slot.boolean = boolean;
  return slot;
}

/// Does the kind keep its content in a node?
[[nodiscard]] constexpr bool has_node(value_kind kind) noexcept {
  switch (kind) {
    case value_kind::undefined:
    case value_kind::null:
    case value_kind::boolean:
    case value_kind::number:
    case value_kind::hole:
      return false;
    default:
      return true;
  }
}

/// Is it shared rather than copied, so that it cannot leave its process?
[[nodiscard]] constexpr bool has_resource(value_kind kind) noexcept {
  return kind == value_kind::shared_array_buffer || kind == value_kind::wasm_module
         || kind == value_kind::host_function || kind == value_kind::reference;
}

/// Can a value of this kind be reached twice, so that identity matters?
[[nodiscard]] constexpr bool has_identity(value_kind kind) noexcept {
  return has_node(kind) && kind != value_kind::string && kind != value_kind::bigint;
}

/// Does an array of so many elements, so many of them present, keep all as
/// items? Else it is sparse: items empty, elements among the properties, so that
/// a script's `a[4e9] = 1` costs no memory.
[[nodiscard]] constexpr bool is_dense(std::size_t present, std::size_t length) noexcept {
  return length <= 64 || present >= length / 4;
}

/// Bytes of an ArrayBuffer or SharedArrayBuffer, wherever they are.
[[nodiscard]] inline std::size_t size_of_buffer(const value_node& node) noexcept {
  return node.bytes.empty() ? node.byte_length : node.bytes.size();
}

/// Bytes per element; 1 for a DataView.
[[nodiscard]] std::size_t element_size(element_type type) noexcept;

} // namespace troupe::detail
