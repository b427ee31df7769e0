#include "cli/terminal.hpp"

#include <ftxui/screen/screen.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace troupe::cli {

namespace {

int descriptor_of(stream which) {
  return which == stream::out ? STDOUT_FILENO : STDERR_FILENO;
}

std::string_view environment(const char* name) {
  const auto* found = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets any
  return found == nullptr ? std::string_view{} : found;
}

/// FTXUI ends lines for terminals in raw mode.
std::string without_carriage_returns(std::string text) {
  std::erase(text, '\r');
  return text;
}

std::string plain_text(ftxui::Screen& screen) {
  std::string text;
  for (int y = 0; y < screen.dimy(); ++y) {
    std::string line;
    for (int x = 0; x < screen.dimx(); ++x) {
      const auto& character = screen.PixelAt(x, y).character;
      line += character.empty() ? " " : character;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += y == 0 ? line : "\n" + line;
  }
  return text;
}

std::string draw(ftxui::Screen& screen, const ftxui::Element& element, bool colour) {
  ftxui::Render(screen, element);
  return colour ? without_carriage_returns(screen.ToString()) : plain_text(screen);
}

} // namespace

bool is_terminal(stream which) {
  return isatty(descriptor_of(which)) == 1;
}

bool can_draw(stream which) {
  return is_terminal(which) && environment("TERM") != "dumb";
}

bool wants_colour(stream which) {
  return can_draw(which) && environment("NO_COLOR").empty();
}

int columns(stream which) {
  constexpr int most = 120;
  constexpr int otherwise = 80;
  winsize size{};
  bool known = ioctl(descriptor_of(which), TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
  return std::min<int>(known ? size.ws_col : otherwise, most);
}

int rows(stream which) {
  winsize size{};
  return ioctl(descriptor_of(which), TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

std::string render(ftxui::Element element, int width, bool colour) {
  auto screen =
    ftxui::Screen::Create(ftxui::Dimension::Fixed(width), ftxui::Dimension::Fit(element, true));
  return draw(screen, element, colour);
}

std::string render(ftxui::Element element, bool colour) {
  // Not Dimension::Fit, which cuts at the width of the terminal.
  element->ComputeRequirement();
  ftxui::Screen screen{element->requirement().min_x, element->requirement().min_y};
  return draw(screen, element, colour);
}

} // namespace troupe::cli
