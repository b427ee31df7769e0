#include "runtime/value_codec.hpp"

#include "runtime/transfer_cell.hpp"
#include "runtime/value_graph.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_map>

namespace troupe::js {

using detail::value_access;
using detail::value_graph;
using detail::value_node;
using detail::value_property;
using detail::value_slot;
using detail::value_text;

static_assert(std::endian::native == std::endian::little, "the format is the memory's own order");

namespace {

// Layout: magic, version, number of nodes, root slot, then the nodes in the
// order in which they were first met. A slot is its kind and its content; a
// node is named by its place in that order.
constexpr std::uint8_t magic = 0xA7;
constexpr std::uint8_t version = 1;
constexpr auto kinds = static_cast<std::uint8_t>(value_kind::hole) + 1;
constexpr auto element_types = static_cast<std::uint8_t>(element_type::data_view) + 1;

class encoder {
public:
  result<std::vector<std::byte>> encode(const value_slot& root) {
    put(magic);
    put(version);
    auto count_at = bytes_.size();
    put(std::uint32_t{0});
    put_slot(root);
    for (std::size_t i = 0; i < order_.size(); ++i) { // grows while it runs
      if (detail::has_resource(order_[i].kind))
        return error{.code = errc::clone_failed,
                     .message = fmt::format("a {} cannot be sent to another process",
                                            to_string(order_[i].kind))};
      if (!put_node(order_[i]))
        return error{.code = errc::clone_failed,
                     .message = "an array buffer whose memory was taken before cannot be sent to "
                                "another process"};
    }
    auto count = static_cast<std::uint32_t>(order_.size());
    std::memcpy(bytes_.data() + count_at, &count, sizeof count);
    return std::move(bytes_);
  }

private:
  template <class T>
  void put(T plain) {
    put_bytes(&plain, sizeof plain);
  }

  void put_bytes(const void* from, std::size_t size) {
    auto* first = static_cast<const std::byte*>(from);
    bytes_.insert(bytes_.end(), first, first + size);
  }

  void put_text(const value_text& text) {
    put(text.length);
    put(static_cast<std::uint8_t>(text.two_byte));
    put_bytes(text.data, text.length * (text.two_byte ? 2u : 1u));
  }

  void put_slot(const value_slot& slot) {
    put(slot.kind);
    if (slot.kind == value_kind::boolean)
      put(static_cast<std::uint8_t>(slot.boolean));
    else if (slot.kind == value_kind::number)
      put(slot.number);
    else if (detail::has_node(slot.kind))
      put(number_of(slot));
  }

  std::uint32_t number_of(const value_slot& slot) {
    auto [found, fresh] = numbers_.emplace(slot.node, static_cast<std::uint32_t>(order_.size()));
    if (fresh)
      order_.push_back(slot);
    return found->second;
  }

  /// @returns false when what it had has gone elsewhere.
  bool put_node(value_slot slot) {
    const auto& node = *slot.node;
    auto bytes = node.bytes;
    auto byte_length = node.byte_length;
    // Memory on its way is not taken by being looked at.
    std::optional<std::vector<std::byte>> copy;
    if (slot.kind == value_kind::array_buffer && node.resource != nullptr) {
      copy = static_cast<const detail::transfer_cell*>(node.resource->get())->copy();
      if (!copy)
        return false;
      bytes = *copy;
      byte_length = 0;
    }
    put(slot.kind);
    put(node.element);
    put(static_cast<std::uint8_t>(node.negative));
    put(node.length);
    put(node.number);
    put_text(node.text);
    put_text(node.extra);
    put(static_cast<std::uint64_t>(node.offset));
    put(static_cast<std::uint64_t>(byte_length));
    put(static_cast<std::uint64_t>(node.words.size()));
    put_bytes(node.words.data(), node.words.size_bytes());
    put(static_cast<std::uint64_t>(bytes.size()));
    put_bytes(bytes.data(), bytes.size());
    put(static_cast<std::uint64_t>(node.items.size()));
    for (const auto& item : node.items)
      put_slot(item);
    put(static_cast<std::uint64_t>(node.properties.size()));
    for (const auto& property : node.properties) {
      put_text(property.key);
      put_slot(property.item);
    }
    return true;
  }

  std::vector<std::byte> bytes_;
  std::vector<value_slot> order_;
  std::unordered_map<const value_node*, std::uint32_t> numbers_;
};

/// Reads what may be anything: every count is checked against the bytes that
/// are left before memory is taken for it.
class decoder {
public:
  explicit decoder(std::span<const std::byte> bytes) : left_(bytes) {
  }

  std::optional<value> decode() {
    std::uint8_t first = 0;
    std::uint8_t second = 0;
    std::uint32_t count = 0;
    if (!get(first) || !get(second) || first != magic || second != version || !get(count)
        || count > left_.size() / node_bytes_min)
      return std::nullopt;
    for (std::uint32_t i = 0; i < count; ++i)
      nodes_.push_back(graph_->make_node());
    kinds_.resize(count, value_kind::undefined);
    expected_.resize(count, value_kind::undefined);
    value_slot root;
    if (!get_slot(root))
      return std::nullopt;
    for (std::uint32_t i = 0; i < count; ++i)
      if (!get_node(i))
        return std::nullopt;
    if (!left_.empty() || !consistent())
      return std::nullopt;
    return value_access::make(detail::has_node(root.kind) ? std::move(graph_) : nullptr, root);
  }

private:
  static constexpr std::size_t node_bytes_min = 70;
  static constexpr std::size_t slot_bytes_min = 1;
  static constexpr std::size_t property_bytes_min = 6;

  template <class T>
  bool get(T& plain) {
    if (left_.size() < sizeof plain)
      return false;
    std::memcpy(&plain, left_.data(), sizeof plain);
    left_ = left_.subspan(sizeof plain);
    return true;
  }

  void copy_bytes(void* to, std::size_t size) {
    if (size != 0)
      std::memcpy(to, left_.data(), size);
  }

  bool get_flag(bool& flag) {
    std::uint8_t byte = 0;
    if (!get(byte) || byte > 1)
      return false;
    flag = byte == 1;
    return true;
  }

  bool get_kind(value_kind& kind) {
    std::uint8_t byte = 0;
    if (!get(byte) || byte >= kinds)
      return false;
    kind = static_cast<value_kind>(byte);
    return !detail::has_resource(kind);
  }

  bool get_count(std::uint64_t& count, std::size_t bytes_each) {
    return get(count) && count <= left_.size() / bytes_each
           && count <= std::numeric_limits<std::uint32_t>::max();
  }

  bool get_text(value_text& text) {
    if (!get(text.length) || !get_flag(text.two_byte))
      return false;
    std::size_t size = std::size_t{text.length} * (text.two_byte ? 2 : 1);
    if (size > left_.size())
      return false;
    if (text.two_byte) {
      auto copy = graph_->make_span<char16_t>(text.length);
      copy_bytes(copy.data(), size);
      text.data = copy.data();
    } else {
      text.data = graph_->copy_span(left_.first(size)).data();
    }
    left_ = left_.subspan(size);
    return true;
  }

  bool get_slot(value_slot& slot) {
    value_kind kind{};
    if (!get_kind(kind))
      return false;
    slot = detail::plain_slot(kind);
    if (kind == value_kind::boolean) {
      bool flag = false;
      if (!get_flag(flag))
        return false;
      slot.boolean = flag;
    } else if (kind == value_kind::number) {
      double number = 0;
      if (!get(number))
        return false;
      slot.number = number;
    } else if (detail::has_node(kind)) {
      std::uint32_t number = 0;
      if (!get(number) || number >= nodes_.size())
        return false;
      // All who name a node must agree on its kind, and it must be the node's.
      if (expected_[number] != value_kind::undefined && expected_[number] != kind)
        return false;
      expected_[number] = kind;
      slot.node = nodes_[number];
    }
    return true;
  }

  bool get_node(std::uint32_t number) {
    auto& node = *nodes_[number];
    std::uint8_t element = 0;
    std::uint64_t offset = 0;
    std::uint64_t byte_length = 0;
    std::uint64_t count = 0;
    if (!get_kind(kinds_[number]) || !get(element) || element >= element_types
        || !get_flag(node.negative) || !get(node.length) || !get(node.number)
        || !get_text(node.text) || !get_text(node.extra) || !get(offset) || !get(byte_length))
      return false;
    node.element = static_cast<element_type>(element);
    node.offset = offset;
    node.byte_length = byte_length;
    if (!get_count(count, sizeof(std::uint64_t)))
      return false;
    auto words = graph_->make_span<std::uint64_t>(count);
    copy_bytes(words.data(), words.size_bytes());
    left_ = left_.subspan(words.size_bytes());
    node.words = words;
    if (!get_count(count, 1))
      return false;
    node.bytes = graph_->copy_span(left_.first(count));
    left_ = left_.subspan(count);
    if (!get_count(count, slot_bytes_min))
      return false;
    node.items = graph_->make_span<value_slot>(count);
    for (auto& item : node.items)
      if (!get_slot(item))
        return false;
    if (!get_count(count, property_bytes_min))
      return false;
    node.properties = graph_->make_span<value_property>(count);
    for (auto& property : node.properties)
      if (!get_text(property.key) || !get_slot(property.item))
        return false;
    return true;
  }

  /// What the rest of the code takes for granted about each kind of node.
  bool consistent() const {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const auto& node = *nodes_[i];
      if (kinds_[i] != expected_[i])
        return false;
      switch (kinds_[i]) {
        case value_kind::array:
          if (!node.items.empty() && node.items.size() != node.length)
            return false;
          break;
        case value_kind::map:
          if (node.items.size() % 2 != 0)
            return false;
          break;
        case value_kind::bigint:
          if (node.words.size() > bigint_words_max
              || (!node.words.empty() && node.words.back() == 0)
              || (node.words.empty() && node.negative))
            return false;
          break;
        case value_kind::typed_array:
          if (!whole_view(node))
            return false;
          break;
        case value_kind::boxed:
          if (node.items.size() != 1 || !boxable(node.items[0].kind))
            return false;
          break;
        default:
          break;
      }
    }
    return true;
  }

  static bool whole_view(const value_node& node) {
    if (node.items.size() != 1 || node.items[0].kind != value_kind::array_buffer)
      return false;
    auto size = node.items[0].node->bytes.size();
    auto width = detail::element_size(node.element);
    return node.offset <= size && node.byte_length <= size - node.offset
           && node.offset % width == 0 && node.byte_length % width == 0;
  }

  static bool boxable(value_kind kind) {
    return kind == value_kind::boolean || kind == value_kind::number || kind == value_kind::string
           || kind == value_kind::bigint;
  }

  // V8's own limit is 2^30 bits (v8-primitive.h, BigInt::NewFromWords).
  static constexpr std::size_t bigint_words_max = (std::size_t{1} << 30) / 64;

  std::span<const std::byte> left_;
  std::shared_ptr<value_graph> graph_ = std::make_shared<value_graph>();
  std::vector<value_node*> nodes_;
  std::vector<value_kind> kinds_;
  std::vector<value_kind> expected_;
};

} // namespace

result<std::vector<std::byte>> encode(const value& from) {
  return encoder{}.encode(value_access::slot(from));
}

std::optional<value> decode(std::span<const std::byte> bytes) {
  return decoder{bytes}.decode();
}

} // namespace troupe::js
