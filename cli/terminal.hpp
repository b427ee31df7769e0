#pragma once

#include "cli/standard_streams.hpp"

#include <ftxui/dom/elements.hpp>

#include <string>

namespace troupe::cli {

[[nodiscard]] bool is_terminal(stream which);

/// A terminal, unless NO_COLOR (https://no-color.org) or TERM=dumb is set.
[[nodiscard]] bool wants_colour(stream which);

/// Can what was written be overwritten?
[[nodiscard]] bool can_draw(stream which);

/// Columns to use: those of the terminal, at most 120.
[[nodiscard]] int columns(stream which);

/// Rows of the terminal; 0 when it is none.
[[nodiscard]] int rows(stream which);

/// The element as lines of text without a newline at the end. Without colour
/// there are no control characters in it, and no blanks at the ends of lines.
[[nodiscard]] std::string render(ftxui::Element element, int width, bool colour);

/// As wide as it likes to be.
[[nodiscard]] std::string render(ftxui::Element element, bool colour);

} // namespace troupe::cli
