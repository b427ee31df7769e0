#pragma once

#include "runtime/value_graph.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace troupe::detail {

/// One step of a tape: what it is in the lower four bits, a number above.
enum class tape_op : std::int32_t {
  number, ///< The next of `numbers`.
  string, ///< The next of `texts`.
  null,
  yes,
  no,
  undefined,
  hole,      ///< An absent array element.
  absent,    ///< A key whose property was deleted before its turn came.
  array,     ///< So many elements follow.
  object,    ///< An object of this shape; the values of its keys follow.
  reference, ///< The container that was begun as this one, counted from 0.
  open,      ///< An object of no shape, with so many keys, where the tape breaks off.
};

inline constexpr int tape_op_bits = 4;
inline constexpr std::int32_t tape_payload_max = (std::int32_t{1} << (31 - tape_op_bits)) - 1;

/// Plain data in the order of a depth-first walk: arrays and objects of numbers,
/// strings, booleans, null and undefined. A third of the size of its nodes, and
/// made and read without looking back.
struct value_tape {
  std::vector<std::int32_t> ops;
  std::vector<double> numbers;
  std::vector<value_text> texts;             // memory of the graph
  std::vector<std::span<value_text>> shapes; // the keys of objects that look alike
  bool simple = true;                        ///< Neither holes nor absences nor references.
};

/// A container of a tape that broke off.
struct open_container {
  value_kind kind;
  value_node* node;
  std::size_t filled; ///< Items or properties that it has.
};

struct tape_nodes {
  std::vector<value_slot> met;        ///< All containers, in order.
  std::vector<open_container> open{}; ///< Outermost first; empty for a whole tape.
};

/// Makes the nodes of a tape; the outermost container is `root`.
tape_nodes expand(const value_tape& tape, value_graph& graph, value_node* root);

} // namespace troupe::detail
