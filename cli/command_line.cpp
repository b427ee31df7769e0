#include "cli/command_line.hpp"

#include "cli/standard_streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace troupe::cli {

namespace {

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

/// `-t, --timeout MS`
std::string left_column(const CLI::Option& option) {
  std::string names;
  for (const auto& name : option.get_snames())
    names += fmt::format("{}-{}", names.empty() ? "" : ", ", name);
  for (const auto& name : option.get_lnames())
    names += fmt::format("{}--{}", names.empty() ? "    " : ", ", name);
  return option.get_items_expected_max() == 0 ? names : names + " " + option.get_type_name();
}

/// Breaks `text` between words; all lines but the first are indented.
std::string wrapped(std::string_view text, std::size_t indentation) {
  constexpr std::size_t columns = 80;
  std::string made;
  std::size_t column = indentation;
  while (!text.empty()) {
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column > indentation && column + 1 + word.size() > columns) {
      made += "\n" + std::string(indentation, ' ');
      column = indentation;
    } else if (column > indentation) {
      made += " ";
      ++column;
    }
    made += word;
    column += word.size();
  }
  return made;
}

} // namespace

std::string suggest(std::string_view typed, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  auto least = typed.size() / 3 + 2; // farther away than that is something else
  for (const auto& each : known) {
    auto away = each.starts_with(typed) ? 1 : distance(typed, each);
    if (away < least) {
      least = away;
      best = &each;
    }
  }
  return best == nullptr ? std::string{} : fmt::format(" (did you mean {}?)", *best);
}

CLI::Validator positive_number() {
  return {[](const std::string& text) -> std::string {
            bool digits = !text.empty() && text.size() < 13
                          && text.find_first_not_of("0123456789") == std::string::npos;
            return digits && text.find_first_not_of('0') != std::string::npos
                     ? std::string{}
                     : fmt::format("'{}' is no positive number", text);
          },
          ""};
}

command_line::command_line(std::string command, std::string_view usage, std::string_view about,
                           std::string_view epilogue)
  : command_(std::move(command)), usage_(usage), about_(about), epilogue_(epilogue),
    app_(std::make_unique<CLI::App>()) {
  app_->prefix_command();
  app_->set_help_flag("-h,--help", "Show this text");
}

// Not CLI11's formatter, which breaks lines that are meant as they are.
std::string command_line::help() const {
  constexpr std::size_t indentation = 28;
  auto text = fmt::format("Usage: {}\n\n{}\n\nOptions:\n", usage_, about_);
  for (const auto* option : app_->get_options()) {
    auto left = "  " + left_column(*option);
    auto right = option->get_description();
    if (!option->get_default_str().empty())
      right += fmt::format(" (default: {})", option->get_default_str());
    text += left.size() < indentation - 1
              ? fmt::format("{:<{}}", left, indentation)
              : fmt::format("{}\n{}", left, std::string(indentation, ' '));
    text += wrapped(right, indentation) + "\n";
  }
  return fmt::format("{}\n{}\n", text, epilogue_);
}

std::optional<exit_status> command_line::parse(std::span<const std::string> arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app_->parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    write(stream::out, help());
    return exit_status::ok;
  } catch (const CLI::ParseError& wrong) {
    return usage_error(wrong.what());
  }
  rest_ = app_->remaining();
  if (rest_.empty())
    return std::nullopt;
  if (rest_.front() == "--")
    rest_.erase(rest_.begin());
  else if (rest_.front().starts_with('-') && rest_.front() != "-")
    return unknown_option(rest_.front());
  return std::nullopt;
}

exit_status command_line::unknown_option(const std::string& option) const {
  std::vector<std::string> known;
  for (const auto* each : app_->get_options())
    for (const auto& name : each->get_lnames())
      known.push_back("--" + name);
  auto name = option.substr(0, option.find('='));
  return usage_error(fmt::format("unknown option {}{}", name, suggest(name, known)));
}

exit_status command_line::usage_error(std::string_view what) const {
  complain(what);
  write_line(stream::err, fmt::format("Try '{} --help'.", command_));
  return exit_status::usage;
}

} // namespace troupe::cli
