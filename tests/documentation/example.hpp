#pragma once

#include "tests/cli/command.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace troupe::documentation {

/// An example of a document, and what its comments and expectations.json say of it.
class example {
public:
  explicit example(nlohmann::json known, std::filesystem::path scripts);

  /// Runs it with `troupe run` and checks (by Catch2) what it does.
  void check() const;

private:
  [[nodiscard]] std::vector<std::string> command_line() const;
  [[nodiscard]] cli::test::finished run() const;
  [[nodiscard]] std::string expected() const;
  [[nodiscard]] std::string comparable(std::string output) const;

  nlohmann::json known_;
  std::filesystem::path scripts_; ///< Where requests.mjs and the like are.
};

/// The examples of `document`, which extract.mjs writes to `folder`.
std::vector<example> examples_of(const std::filesystem::path& document,
                                 const std::filesystem::path& folder);

} // namespace troupe::documentation
