#include "bench/table.hpp"

#include "bench/machine.hpp"
#include "bench/statistics.hpp"
#include "runtime/engine.hpp"

#include <commit.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace troupe::bench {

namespace {

constexpr std::size_t clean_rounds_min = 3;

/// Three significant digits are what the machine gives.
std::string number(double x) {
  auto magnitude = std::abs(x);
  if (magnitude >= 100)
    return fmt::format("{:.0f}", x);
  if (magnitude >= 10)
    return fmt::format("{:.1f}", x);
  return fmt::format("{:.2f}", x);
}

std::string spread(const std::vector<double>& values) {
  if (values.empty())
    return "–";
  auto [least, most] = std::ranges::minmax(values);
  return fmt::format("{} ({}..{})", number(median(values)), number(least), number(most));
}

/// What the target is about: a ratio, a difference or the value itself.
double quantity(goal aim, const sample& seen) {
  switch (aim) {
    case goal::difference_at_most:
      return seen.troupe - seen.floor;
    case goal::value_at_most:
      return seen.troupe;
    default:
      return seen.troupe / seen.floor;
  }
}

std::string describe_target(const figure& what) {
  switch (what.aim) {
    case goal::ratio_at_most:
      return fmt::format("≤ {:.2f} ×", what.target);
    case goal::ratio_at_least:
      return fmt::format("≥ {:.2f} ×", what.target);
    case goal::difference_at_most:
      return fmt::format("≤ {:g} {} more", what.target, what.unit);
    case goal::value_at_most:
      return fmt::format("≤ {:g} {}", what.target, what.unit);
    case goal::none:
      break;
  }
  return "–";
}

std::string verdict(const figure& what, double reached) {
  if (what.aim == goal::none)
    return "";
  bool met = what.aim == goal::ratio_at_least ? reached >= what.target : reached <= what.target;
  return met ? "met" : "**missed**";
}

/// The rounds that count: the undisturbed ones, or all if these are too few.
struct selection {
  std::vector<const round_result*> rounds;
  bool disturbed = false;
};

selection select(const item& which) {
  selection chosen;
  for (const auto& round : which.results)
    if (round.foreign_cores <= foreign_cores_max)
      chosen.rounds.push_back(&round);
  if (chosen.rounds.size() < std::min(clean_rounds_min, which.results.size())) {
    chosen.disturbed = true;
    chosen.rounds.clear();
    for (const auto& round : which.results)
      chosen.rounds.push_back(&round);
  }
  return chosen;
}

std::string row(const item& which, std::size_t index, const selection& from) {
  const auto& what = which.figures[index];
  std::vector<double> floor;
  std::vector<double> troupe;
  std::vector<double> compared;
  for (const auto* round : from.rounds) {
    const auto& seen = round->samples[index];
    if (seen.has_floor())
      floor.push_back(seen.floor);
    troupe.push_back(seen.troupe);
    if (seen.has_floor() || what.aim == goal::value_at_most)
      compared.push_back(quantity(what.aim, seen));
  }
  return fmt::format("| {}{}, {} | {} | {} | {} | {} | {} |\n", from.disturbed ? "~ " : "",
                     what.name, what.unit, spread(floor), spread(troupe), spread(compared),
                     describe_target(what),
                     compared.empty() ? "" : verdict(what, median(compared)));
}

} // namespace

std::string conditions() {
  return fmt::format("V8 {}, build {} ({}), commit {}, {}, {}", js::engine::version(),
                     TROUPE_BUILD_TYPE, TROUPE_COMPILER, TROUPE_COMMIT, cpu_description(),
                     kernel_description());
}

std::string markdown_table() {
  auto text = fmt::format("{}\n\n"
                          "| item | floor: median (min..max) | Troupe: median (min..max) "
                          "| compared | target | |\n|---|---|---|---|---|---|\n",
                          conditions());
  std::size_t rounds = 0;
  std::size_t used = 0;
  for (const auto& which : items()) {
    if (which.results.empty())
      continue;
    auto from = select(which);
    rounds += which.results.size();
    used += from.disturbed ? 0 : from.rounds.size();
    for (std::size_t i = 0; i < which.figures.size(); ++i)
      text += row(which, i, from);
  }
  text +=
    fmt::format("\nCells are over rounds; floor and Troupe take turns within each. Compared "
                "round by round: the ratio Troupe ÷ floor, where the target is a "
                "difference that, where it is a value Troupe's own. {} of {} rounds were "
                "undisturbed and count; in the rest, others used more than {} cores. `~`: "
                "too few undisturbed rounds, all count.\n",
                used, rounds, foreign_cores_max);
  return text;
}

} // namespace troupe::bench
