#include "cli/fleet_report.hpp"

#include "cli/number_format.hpp"
#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <ftxui/dom/elements.hpp>
#include <ftxui/screen/string.hpp>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace troupe::cli {

namespace {

using ftxui::Color;
using ftxui::Element;

std::string reason_text(errc code) {
  switch (code) {
    case errc::deadline_exceeded:
      return "timeout";
    case errc::heap_limit_exceeded:
      return "heap limit";
    case errc::uncaught_exception:
      return "error";
    case errc::context_lost:
      return "lost";
    default:
      return std::string{code_name(code)};
  }
}

/// `3 timeout`, `2 timeout, 1 error`, or `-`.
std::string terminated_text(const kind_outcome& outcome) {
  std::string joined;
  for (const auto& [code, count] : outcome.ended_by)
    joined +=
      fmt::format("{}{} {}", joined.empty() ? "" : ", ", count_text(count), reason_text(code));
  return joined.empty() ? "–" : joined;
}

std::string percentile_text(const kind_outcome& outcome, double percent) {
  return outcome.runs() == 0 ? "–" : duration_text(outcome.took.percentile(percent));
}

std::vector<std::string> cells_of(const fleet_kind& kind, const kind_outcome& outcome) {
  return {
    kind.name,
    count_text(outcome.contexts),
    count_text(outcome.runs()),
    percentile_text(outcome, 50),
    percentile_text(outcome, 99),
    terminated_text(outcome),
    outcome.wrong == 0 ? "–" : count_text(outcome.wrong),
    outcome.bytes_each ? bytes_text(*outcome.bytes_each) : "–",
  };
}

using cells = std::vector<std::string>;

// With the kinds that come with the command: 80 columns.
const cells header{"Kind", "Contexts", "Runs", "Median", "p99", "Terminated", "Wrong", "Memory"};

bool holds_text(std::size_t column) {
  return column == 0 || column == 5;
}

std::vector<int> widths_of(const std::vector<cells>& rows) {
  std::vector<int> widths(header.size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], ftxui::string_width(row[i]));
  return widths;
}

Element line_of(const cells& row, const std::vector<int>& widths, Color mark) {
  std::vector<Element> elements;
  for (std::size_t i = 0; i < row.size(); ++i) {
    auto cell = ftxui::text(row[i]);
    if (i == 0)
      cell = cell | ftxui::color(mark);
    auto aligned =
      holds_text(i) ? ftxui::hbox({cell, ftxui::filler()}) : ftxui::hbox({ftxui::filler(), cell});
    elements.push_back(ftxui::text(i == 0 ? " " : "  "));
    elements.push_back(aligned | ftxui::size(ftxui::WIDTH, ftxui::EQUAL, widths[i]));
  }
  elements.push_back(ftxui::text(" "));
  return ftxui::hbox(std::move(elements));
}

/// Honest kinds, then the others. Not an ftxui::Table: its lines between rows do
/// not meet the border.
Element table(const fleet_manifest& manifest, const fleet_outcome& outcome) {
  std::vector<cells> rows{header};
  for (std::size_t i = 0; i < manifest.kinds.size(); ++i)
    rows.push_back(cells_of(manifest.kinds[i], outcome.kinds[i]));
  auto widths = widths_of(rows);
  std::vector<Element> lines{line_of(header, widths, Color::Default) | ftxui::bold};
  for (bool honest : {true, false}) {
    auto empty = lines.size();
    for (std::size_t i = 0; i < manifest.kinds.size(); ++i) {
      if (manifest.kinds[i].honest() != honest)
        continue;
      if (lines.size() == empty)
        lines.push_back(ftxui::separator());
      auto mark = outcome.kinds[i].wrong != 0 ? Color::Red
                  : honest                    ? Color::Green
                                              : Color::Yellow;
      lines.push_back(line_of(rows[i + 1], widths, mark));
    }
  }
  return ftxui::vbox(std::move(lines)) | ftxui::borderRounded;
}

std::uint64_t per_second(const fleet_outcome& outcome) {
  auto us = std::max<std::int64_t>(outcome.working.count(), 1);
  return static_cast<std::uint64_t>(static_cast<double>(outcome.runs) * 1e6
                                    / static_cast<double>(us));
}

std::vector<std::string> totals(const fleet_outcome& outcome) {
  std::uint64_t stopped = 0;
  for (const auto& kind : outcome.kinds)
    for (const auto& [code, count] : kind.ended_by)
      stopped += count;
  auto contexts = static_cast<std::int64_t>(std::max<std::size_t>(outcome.contexts_at_once, 1));
  return {
    fmt::format("{} at once on {}, spawned in {}",
                count_text(outcome.contexts_at_once, "context"),
                count_text(std::max(std::thread::hardware_concurrency(), 1u), "core"),
                duration_text(outcome.spawning)),
    fmt::format("{} in {}, {} a second, {} terminated", count_text(outcome.runs, "run"),
                duration_text(outcome.working), count_text(per_second(outcome)),
                count_text(stopped)),
    fmt::format("{} resident at most, {} per context", bytes_text(outcome.peak_resident_bytes),
                bytes_text(outcome.peak_resident_bytes / contexts)),
    fmt::format("{} altogether", duration_text(outcome.wall)),
  };
}

std::string verdict(const fleet_outcome& outcome) {
  if (outcome.interrupted)
    return "Interrupted: this is what was done until then.";
  if (outcome.stuck)
    return "Given up: answers stayed away.";
  if (outcome.problem_count != 0)
    return fmt::format("Not as expected, {}:", count_text(outcome.problem_count, "time"));
  return "Every run ended as it has to.";
}

} // namespace

std::string fleet_text(const fleet_manifest& manifest, const fleet_outcome& outcome,
                       bool colour) {
  auto text = render(table(manifest, outcome), colour) + "\n";
  for (const auto& line : totals(outcome))
    text += "  " + line + "\n";
  auto judgement = ftxui::text("  " + verdict(outcome)) | ftxui::bold
                   | ftxui::color(outcome.as_expected() ? Color::Green : Color::Red);
  text += render(judgement, colour) + "\n";
  for (const auto& problem : outcome.problems)
    text += "    " + problem + "\n";
  if (outcome.problem_count > outcome.problems.size())
    text += fmt::format("    … and {} more\n",
                        count_text(outcome.problem_count - outcome.problems.size()));
  return text;
}

json fleet_json(const fleet_manifest& manifest, const fleet_outcome& outcome) {
  auto kinds = json::array();
  for (std::size_t i = 0; i < manifest.kinds.size(); ++i) {
    const auto& kind = outcome.kinds[i];
    auto terminated = json::object();
    for (const auto& [code, count] : kind.ended_by)
      terminated[std::string{code_name(code)}] = count;
    auto bytes = kind.bytes_each ? json(*kind.bytes_each) : json(nullptr);
    kinds.push_back({{"name", manifest.kinds[i].name},
                     {"contexts", kind.contexts},
                     {"runs", kind.runs()},
                     {"median_us", kind.took.percentile(50).count()},
                     {"p99_us", kind.took.percentile(99).count()},
                     {"max_us", kind.took.percentile(100).count()},
                     {"terminated", std::move(terminated)},
                     {"wrong", kind.wrong},
                     {"bytes_each", std::move(bytes)}});
  }
  return {{"as_expected", outcome.as_expected()},
          {"interrupted", outcome.interrupted},
          {"kinds", std::move(kinds)},
          {"contexts_at_once", outcome.contexts_at_once},
          {"runs", outcome.runs},
          {"spawning_us", outcome.spawning.count()},
          {"working_us", outcome.working.count()},
          {"wall_us", outcome.wall.count()},
          {"peak_resident_bytes", outcome.peak_resident_bytes},
          {"problem_count", outcome.problem_count},
          {"problems", outcome.problems}};
}

} // namespace troupe::cli
