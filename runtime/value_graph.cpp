#include "runtime/value_graph.hpp"

#include "runtime/unicode.hpp"
#include "runtime/value_tape.hpp"

#include <algorithm>

namespace troupe::detail {

bool operator==(const value_text& a, const value_text& b) noexcept {
  if (a.length != b.length)
    return false;
  if (a.two_byte == b.two_byte)
    return a.length == 0 || std::memcmp(a.data, b.data, a.length * (a.two_byte ? 2u : 1u)) == 0;
  for (std::uint32_t i = 0; i < a.length; ++i)
    if (a.at(i) != b.at(i))
      return false;
  return true;
}

std::string to_utf8(const value_text& text) {
  return text.two_byte ? js::utf16_to_utf8(text.utf16()) : js::latin1_to_utf8(text.latin1());
}

std::u16string to_utf16(const value_text& text) {
  if (text.two_byte)
    return std::u16string{text.utf16()};
  auto latin1 = text.latin1();
  return std::u16string(latin1.begin(), latin1.end());
}

// Enough for one node with a short text; grows by itself. The resource's own
// default would be a kilobyte for each string.
value_graph::value_graph() : memory_(sizeof(value_node) + 32) {
}

// A value built from a value built from a value… must not free recursively: the
// chain may be longer than the stack is deep.
value_graph::~value_graph() {
  thread_local std::vector<std::shared_ptr<const value_graph>>* pending = nullptr;
  if (pending != nullptr) {
    std::ranges::move(adopted_, std::back_inserter(*pending));
    return;
  }
  std::vector<std::shared_ptr<const value_graph>> mine = std::move(adopted_);
  pending = &mine;
  while (!mine.empty()) {
    auto next = std::move(mine.back());
    mine.pop_back();
    next.reset();
  }
  pending = nullptr;
}

value_text value_graph::make_text(std::string_view utf8) {
  if (std::ranges::all_of(utf8, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    auto copy = copy_span(std::span<const char>{utf8});
    return {copy.data(), static_cast<std::uint32_t>(copy.size()), false};
  }
  return make_text(js::utf8_to_utf16(utf8));
}

value_text value_graph::make_text(std::u16string_view utf16) {
  if (std::ranges::all_of(utf16, [](char16_t c) { return c < 0x100; })) {
    auto copy = make_span<std::uint8_t>(utf16.size());
    std::ranges::transform(utf16, copy.begin(),
                           [](char16_t c) { return static_cast<std::uint8_t>(c); });
    return {copy.data(), static_cast<std::uint32_t>(copy.size()), false};
  }
  auto copy = copy_span(std::span<const char16_t>{utf16});
  return {copy.data(), static_cast<std::uint32_t>(copy.size()), true};
}

value make_leaf(value_kind kind, std::shared_ptr<void> resource) {
  auto graph = std::make_shared<value_graph>();
  auto* node = graph->make_node();
  node->resource = graph->keep(std::move(resource));
  return value_access::make(std::move(graph), node_slot(kind, node));
}

void value_graph::set_tape(std::unique_ptr<value_tape> tape) {
  tape_ = std::move(tape);
  folded_.store(true, std::memory_order_release);
}

void value_graph::unfold() const {
  std::call_once(unfolded_, [this] {
    // Nobody else can see the root's content or the allocator before this is over.
    auto* self = const_cast<value_graph*>(this);
    detail::expand(*tape_, *self, const_cast<value_node*>(root_));
    folded_.store(false, std::memory_order_release);
  });
}

void value_graph::adopt(std::shared_ptr<const value_graph> other) {
  if (other && (adopted_.empty() || adopted_.back() != other))
    adopted_.push_back(std::move(other));
}

std::size_t element_size(element_type type) noexcept {
  switch (type) {
    case element_type::int16:
    case element_type::uint16:
    case element_type::float16:
      return 2;
    case element_type::int32:
    case element_type::uint32:
    case element_type::float32:
      return 4;
    case element_type::float64:
    case element_type::bigint64:
    case element_type::biguint64:
      return 8;
    default:
      return 1;
  }
}

} // namespace troupe::detail
