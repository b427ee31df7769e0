#include "runtime/value_tape.hpp"

namespace troupe::detail {

namespace {

class expander {
public:
  expander(const value_tape& tape, value_graph& graph) : tape_(tape), graph_(graph) {
  }

  tape_nodes expand(value_node* root) {
    root_ = root;
    for (auto code : tape_.ops)
      take(static_cast<tape_op>(code & ((1 << tape_op_bits) - 1)),
           static_cast<std::uint32_t>(code >> tape_op_bits));
    tape_nodes made{.met = std::move(met_)};
    for (const auto& each : stack_)
      made.open.push_back({each.kind, each.node, each.used});
    return made;
  }

private:
  struct frame {
    value_kind kind;
    value_node* node;
    std::span<const value_text> keys; // of an object
    std::size_t count;
    std::size_t next = 0; // of `count`
    std::size_t used = 0; // places that are filled
  };

  void take(tape_op op, std::uint32_t payload) {
    switch (op) {
      case tape_op::number:
        return put(number_slot(tape_.numbers[next_number_++]));
      case tape_op::string: {
        auto* node = graph_.make_node();
        node->text = tape_.texts[next_text_++];
        return put(node_slot(value_kind::string, node));
      }
      case tape_op::null:
        return put(plain_slot(value_kind::null));
      case tape_op::yes:
        return put(boolean_slot(true));
      case tape_op::no:
        return put(boolean_slot(false));
      case tape_op::undefined:
        return put(plain_slot(value_kind::undefined));
      case tape_op::hole:
        return put(plain_slot(value_kind::hole));
      case tape_op::absent:
        ++stack_.back().next;
        return close();
      case tape_op::reference: {
        const auto& known = met_[payload];
        const_cast<value_node*>(known.node)->shared = true; // ours, and not yet given away
        return put(known);
      }
      case tape_op::array: {
        auto* node = begin(value_kind::array);
        node->length = payload;
        node->items = graph_.make_span<value_slot>(payload);
        for (auto& item : node->items)
          item = plain_slot(value_kind::hole); // should the tape break off
        stack_.push_back({value_kind::array, node, {}, payload});
        return close();
      }
      case tape_op::object: {
        auto* node = begin(value_kind::object);
        auto keys = tape_.shapes[payload];
        node->properties = graph_.make_span<value_property>(keys.size());
        stack_.push_back({value_kind::object, node, keys, keys.size()});
        return close();
      }
      case tape_op::open: {
        auto* node = begin(value_kind::object);
        node->properties = graph_.make_span<value_property>(payload);
        stack_.push_back({value_kind::object, node, {}, payload});
        return;
      }
    }
  }

  value_node* begin(value_kind kind) {
    auto* node = met_.empty() ? root_ : graph_.make_node();
    node->shared = false; // until it is met again
    auto slot = node_slot(kind, node);
    if (!met_.empty())
      place(slot);
    met_.push_back(slot);
    return node;
  }

  void put(const value_slot& slot) {
    place(slot);
    close();
  }

  void place(const value_slot& slot) {
    auto& top = stack_.back();
    auto at = top.next++;
    if (top.kind == value_kind::array)
      top.node->items[at] = slot;
    else
      top.node->properties[top.used] = {top.keys[at], slot};
    ++top.used;
  }

  /// Leaves the containers that are complete.
  void close() {
    while (!stack_.empty() && stack_.back().next == stack_.back().count) {
      auto& top = stack_.back();
      if (top.kind == value_kind::object)
        top.node->properties = top.node->properties.first(top.used);
      stack_.pop_back();
    }
  }

  const value_tape& tape_;
  value_graph& graph_;
  value_node* root_ = nullptr;
  std::vector<value_slot> met_;
  std::vector<frame> stack_;
  std::size_t next_number_ = 0;
  std::size_t next_text_ = 0;
};

} // namespace

tape_nodes expand(const value_tape& tape, value_graph& graph, value_node* root) {
  return expander{tape, graph}.expand(root);
}

} // namespace troupe::detail
