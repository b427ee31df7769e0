#include "cli/fleet_command.hpp"

#include "cli/command_line.hpp"
#include "cli/fleet_manifest.hpp"
#include "cli/fleet_report.hpp"
#include "cli/fleet_size.hpp"
#include "cli/fleet_work.hpp"
#include "cli/interrupt.hpp"
#include "cli/memory_use.hpp"
#include "cli/number_format.hpp"
#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <utility>

namespace troupe::cli {

namespace {

constexpr auto description =
  R"(Runs the work of a manifest in many contexts at once, each with an isolate and a
thread of its own: by default logs, templates, records and spreadsheets in
several hundred contexts, and among them scripts that run away or eat memory and
are stopped. Every result is compared with the one that the manifest expects.)";

constexpr auto epilogue =
  R"(Latencies are from request to answer; of a script that misbehaves, until it was
stopped. "Memory" is what the process grew by, per context, until all contexts of
that kind were up and the honest ones had given their first answer.

Exit status: 0 when every run ended as it has to, 1 when not, 2 wrong usage or
manifest, 130 interrupted (what was done until then is printed).

Examples:
  troupe fleet
  troupe fleet -n 1000 --rounds 3
  troupe fleet --kind validate --kind spin --runaways 50
  troupe fleet -n 50 --json | jq .kinds)";

struct fleet_arguments {
  fleet_options work;
  std::string manifest;
  std::vector<std::string> kinds;
  bool as_json = false;
  bool no_progress = false;

  void add_to(CLI::App& app) {
    app
      .add_option("-n,--contexts", work.contexts,
                  "How many contexts (default: as many as suit cores and memory)")
      ->check(positive_number())
      ->type_name("N");
    app
      .add_option("-r,--rounds", work.rounds,
                  "How often each runs its script after the first time; those that misbehave do "
                  "once")
      ->type_name("R")
      ->check(positive_number())
      ->capture_default_str();
    app
      .add_option("--in-flight", work.in_flight,
                  "Runs under way at once (default: as many as cores)")
      ->type_name("K")
      ->check(positive_number());
    app
      .add_option("--runaways", work.runaways,
                  "Misbehaving scripts under way at once beside those (default: half as many as "
                  "cores)")
      ->type_name("K")
      ->check(positive_number());
    app.add_option("--seed", work.first_seed, "Seed of the first context; the others count up")
      ->type_name("S")
      ->capture_default_str();
    app.add_option("--kind", kinds, "Only this kind of work; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
    app.add_option("--manifest", manifest, "What to run; see examples/scripts/README.md")
      ->type_name("FILE");
    app.add_flag("--json", as_json, "Print the outcome as JSON");
    app.add_flag("--no-progress", no_progress, "Print nothing before the end");
  }
};

/// Leaves the kinds that are named. @returns what is wrong, or nothing.
std::string keep_only(fleet_manifest& manifest, const std::vector<std::string>& names) {
  if (names.empty())
    return {};
  std::vector<std::string> known;
  for (const auto& kind : manifest.kinds)
    known.push_back(kind.name);
  for (const auto& name : names)
    if (std::ranges::find(known, name) == known.end())
      return fmt::format("'{}' has no kind '{}'{}", manifest.path, name, suggest(name, known));
  std::erase_if(manifest.kinds, [&](const fleet_kind& kind) {
    return std::ranges::find(names, kind.name) == names.end();
  });
  return {};
}

runtime_options options_with(progress& shown) {
  return {
    .on_console =
      [&shown](const console_line& line) {
        shown.note(fmt::format("[{}] {}", line.context, line.text));
      },
    .on_uncaught_error =
      [&shown](const std::string& name, const error& what) {
        shown.note(fmt::format("[{}] {}", name, what.to_string()));
      },
  };
}

exit_status status_of(const fleet_outcome& outcome) {
  if (outcome.interrupted)
    return exit_status::interrupted;
  return outcome.as_expected() ? exit_status::ok : exit_status::failed;
}

} // namespace

exit_status fleet_command(std::span<const std::string> arguments) {
  command_line line{"troupe fleet", "troupe fleet [options]", description, epilogue};
  std::size_t cores = std::max(std::thread::hardware_concurrency(), 1u);
  fleet_arguments chosen;
  chosen.work.rounds = 6;
  chosen.work.in_flight = cores;
  chosen.work.runaways = std::max<std::size_t>(cores / 2, 1);
  chosen.add_to(line.options());
  if (auto ends = line.parse(arguments))
    return *ends;
  if (!line.rest().empty())
    return line.usage_error(fmt::format("'{}' is one too many", line.rest().front()));

  auto path = chosen.manifest.empty() ? find_manifest() : result<std::string>{chosen.manifest};
  auto manifest = path ? read_manifest(*path) : result<fleet_manifest>{path.error()};
  if (!manifest) {
    complain(manifest.error().message);
    return exit_status::usage;
  }
  if (auto wrong = keep_only(*manifest, chosen.kinds); !wrong.empty())
    return line.usage_error(wrong);

  progress shown{chosen.no_progress ? progress::style::none : progress::natural_style()};
  runtime rt{options_with(shown)};
  auto& options = chosen.work;
  auto kinds = manifest->kinds.size();
  if (options.contexts == 0)
    options.contexts = sensible_contexts(
      {.cores = cores,
       .available_memory_mib = static_cast<std::size_t>(available_bytes() >> 20),
       .capacity = rt.capacity()},
      kinds);
  if (options.contexts < kinds)
    return line.usage_error(fmt::format("-n {}: {} need a context each; choose some with --kind",
                                        options.contexts, count_text(kinds, "kind")));
  if (options.contexts > rt.capacity())
    return line.usage_error(fmt::format("-n {}: this process can hold {} at once",
                                        options.contexts, count_text(rt.capacity(), "context")));

  note_sigint();
  fleet_work work{rt, *manifest, options, std::make_shared<inbox>(), shown};
  auto outcome = work.run();
  write(stream::out, chosen.as_json ? fleet_json(*manifest, outcome).dump(2) + "\n"
                                    : fleet_text(*manifest, outcome, wants_colour(stream::out)));
  auto status = status_of(outcome);
  if (outcome.stuck) // waiting for the contexts is what did not work
    std::_Exit(static_cast<int>(status));
  return status;
}

} // namespace troupe::cli
