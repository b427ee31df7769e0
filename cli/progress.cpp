#include "cli/progress.hpp"

#include "cli/number_format.hpp"
#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <ftxui/dom/elements.hpp>

#include <algorithm>

namespace troupe::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto between_drawings = 100ms;
constexpr auto between_lines = 3s;

double fraction(const fleet_progress& now) {
  // Coming up counts as one run.
  auto all = static_cast<double>(now.contexts + now.runs);
  return all == 0 ? 0 : static_cast<double>(now.contexts_up + now.runs_done) / all;
}

std::string percentage(const fleet_progress& now) {
  return fmt::format("{:3.0f} %", fraction(now) * 100);
}

std::string counts(const fleet_progress& now) {
  auto text =
    fmt::format("{}/{} contexts up · {}/{} runs · {} stopped", count_text(now.contexts_up),
                count_text(now.contexts), count_text(now.runs_done), count_text(now.runs),
                count_text(now.stopped));
  if (now.wrong != 0)
    text += fmt::format(" · {} wrong", count_text(now.wrong));
  return text;
}

/// Clears what an earlier drawing left behind the ends of the lines.
std::string with_clean_ends(std::string_view drawing) {
  std::string text;
  for (auto character : drawing)
    text += character == '\n' ? std::string{"\x1b[K\n"} : std::string{character};
  return text + "\x1b[K";
}

std::string seconds(std::chrono::steady_clock::duration length) {
  auto whole = std::chrono::round<std::chrono::seconds>(length).count();
  return whole < 60 ? fmt::format("{} s", whole)
                    : fmt::format("{}:{:02} min", whole / 60, whole % 60);
}

} // namespace

progress::style progress::natural_style() {
  return can_draw(stream::err) ? style::live : style::lines;
}

progress::progress(style how)
  : style_(how), colour_(wants_colour(stream::err)),
    due_(started_ + (how == style::lines ? clock::duration{between_lines} : 0ms)) {
}

progress::~progress() {
  finish();
}

void progress::show(const fleet_progress& now) {
  std::lock_guard guard{mutex_};
  auto at = clock::now();
  if (style_ == style::none || at < due_)
    return;
  if (style_ == style::lines) {
    due_ = at + between_lines;
    write_line(stream::err, line(now));
    return;
  }
  due_ = at + between_drawings;
  // One write, so that nothing flickers.
  auto next = drawing(now);
  auto up = std::count(drawn_.begin(), drawn_.end(), '\n');
  auto back = drawn_.empty() ? std::string{} : up == 0 ? "\r" : fmt::format("\r\x1b[{}A", up);
  write(stream::err, back + with_clean_ends(next));
  drawn_ = std::move(next);
}

void progress::note(std::string_view text) {
  std::lock_guard guard{mutex_};
  erase();
  write_line(stream::err, text);
}

void progress::finish() {
  std::lock_guard guard{mutex_};
  erase();
  due_ = clock::time_point::max();
}

void progress::erase() {
  if (drawn_.empty())
    return;
  auto up = std::count(drawn_.begin(), drawn_.end(), '\n');
  // To the beginning of what was drawn, and clear from there.
  write(stream::err, up == 0 ? "\r\x1b[J" : fmt::format("\r\x1b[{}A\x1b[J", up));
  drawn_.clear();
  due_ = {};
}

std::string progress::drawing(const fleet_progress& now) const {
  using namespace ftxui;
  auto numbers = text(counts(now));
  if (now.wrong != 0)
    numbers = numbers | color(Color::Red);
  auto both = vbox({
    hbox({
      gauge(static_cast<float>(fraction(now))) | flex | color(Color::Green)
        | bgcolor(Color::GrayDark),
      text(" " + percentage(now)) | bold,
    }),
    hbox({numbers, filler(), text(times(now)) | dim}),
  });
  // The last column stays free: some terminals wrap as soon as it is written.
  return render(both, columns(stream::err) - 1, colour_);
}

std::string progress::line(const fleet_progress& now) const {
  return fmt::format("{} · {} · {}", percentage(now), counts(now), times(now));
}

std::string progress::times(const fleet_progress& now) const {
  auto elapsed = clock::now() - started_;
  auto done = fraction(now);
  if (done < 0.02 || done >= 1)
    return seconds(elapsed);
  auto left = std::chrono::duration_cast<clock::duration>(elapsed * ((1 - done) / done));
  return fmt::format("{}, about {} left", seconds(elapsed), seconds(left));
}

} // namespace troupe::cli
