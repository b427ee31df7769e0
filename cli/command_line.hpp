#pragma once

#include "cli/exit_status.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

/// What may stand in front of something that the user mistyped.
[[nodiscard]] std::string suggest(std::string_view typed, const std::vector<std::string>& known);

/// For options with a number from 1 up.
[[nodiscard]] CLI::Validator positive_number();

/// The options of one command. Everything from the first argument that is no
/// option belongs to `rest`, options included: `troupe run file.js --verbose`
/// gives `--verbose` to the script.
///
///     command_line line{"troupe run", "troupe run FILE", "Runs a script.", "Examples…"};
///     line.options().add_option("--timeout", timeout, "…");
///     if (auto ends = line.parse(arguments)) return *ends;
class command_line {
public:
  command_line(std::string command, std::string_view usage, std::string_view about,
               std::string_view epilogue);

  [[nodiscard]] CLI::App& options() noexcept {
    return *app_;
  }

  /// Prints the help or what is wrong. @returns how the command ends, when it
  /// does so here.
  [[nodiscard]] std::optional<exit_status> parse(std::span<const std::string> arguments);

  /// What stands behind the options; after `parse`.
  [[nodiscard]] const std::vector<std::string>& rest() const noexcept {
    return rest_;
  }

  /// Prints what is wrong and where to find help.
  exit_status usage_error(std::string_view what) const;

private:
  [[nodiscard]] std::string help() const;
  [[nodiscard]] exit_status unknown_option(const std::string& option) const;

  std::string command_;
  std::string usage_;
  std::string about_;
  std::string epilogue_;
  std::unique_ptr<CLI::App> app_;
  std::vector<std::string> rest_;
};

} // namespace troupe::cli
