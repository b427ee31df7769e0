#include "tests/documentation/example.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <signal.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <utility>

namespace troupe::documentation {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using cli::test::command;
using cli::test::finished;
using cli::test::troupe_command;

namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Comments break and space values as they like.
std::string without_space(const std::string& text) {
  return std::regex_replace(text, std::regex{R"(\s+)"}, "");
}

bool has_http() {
  return troupe_command({"run", "-p", "require('module').isBuiltin('http')"}).out == "true\n";
}

/// Status, type and text of `url`, asked until somebody listens there.
std::string answer_of(const std::string& url) {
  return troupe_command({"run", "-e",
                         R"(
    const ask = () => require('http').get(')"
                           + url + R"(', (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(String(piece)));
      response.on('end', () => console.log(
        response.statusCode, response.headers['content-type'], pieces.join('').trim()));
    }).on('error', (error) => {
      if (error.code !== 'ECONNREFUSED') throw error;
      setTimeout(ask, 20);
    });
    ask();)"})
    .out;
}

} // namespace

example::example(nlohmann::json known, std::filesystem::path scripts)
  : known_(std::move(known)), scripts_(std::move(scripts)) {
}

std::vector<std::string> example::command_line() const {
  std::vector<std::string> result{"run", "--experimental-vm-modules"};
  auto file = known_["file"].get<std::string>();
  for (const auto& each : known_.value("arguments", nlohmann::json::array()))
    result.push_back(each);
  if (known_.value("as_code", false)) {
    result.insert(result.end(), {"-e", content_of(file)});
    return result;
  }
  if (known_.contains("by"))
    result.push_back((scripts_ / known_["by"].get<std::string>()).string());
  result.push_back(file);
  if (known_.value("with_next", false)) {
    auto folders = std::filesystem::path{file}.parent_path().parent_path();
    auto next = std::to_string(known_["number"].get<int>() + 1);
    result.push_back((folders / next / "main.js").string());
  }
  return result;
}

finished example::run() const {
  if (!known_.contains("until") && !known_.contains("serves"))
    return troupe_command(command_line());
  command running{command_line()};
  if (known_.contains("serves")) {
    const auto& served = known_["serves"];
    CHECK(running.wait_for("\n"));
    CHECK(answer_of(served["url"]) == served["answer"].get<std::string>() + "\n");
  } else {
    CHECK(running.wait_for(known_["until"].get<std::string>()));
  }
  running.signal(SIGINT);
  return running.wait();
}

std::string example::expected() const {
  std::string text;
  for (const auto& line : known_["expected"])
    text += line.get<std::string>() + "\n";
  return text;
}

std::string example::comparable(std::string output) const {
  if (known_.contains("numbers"))
    output =
      std::regex_replace(output, std::regex{R"(\d+)"}, known_["numbers"].get<std::string>());
  return without_space(output);
}

void example::check() const {
  if (known_.value("skipped", false))
    return;
  if (known_.contains("serves") && !has_http()) {
    CHECK_THAT(troupe_command(command_line()).err, ContainsSubstring("http"));
    return;
  }
  auto done = run();
  for (int again = 0;
       again < 20 && known_.contains("repeated_on")
       && done.err.find(known_["repeated_on"].get<std::string>()) != std::string::npos;
       ++again)
    done = run();

  bool stopped = known_.contains("until") || known_.contains("serves");
  CHECK(done.status == (stopped ? 130 : known_.value("status", 0)));
  if (known_.contains("error"))
    CHECK_THAT(done.err, ContainsSubstring(known_["error"].get<std::string>()));
  else
    CHECK(done.err.empty());

  if (known_.contains("every_line")) {
    std::istringstream lines{done.out};
    for (std::string line; std::getline(lines, line);)
      CHECK(std::regex_match(line, std::regex{known_["every_line"].get<std::string>()}));
  } else if (known_.contains("until")) {
    CHECK_THAT(done.out, StartsWith(expected()));
  } else {
    CHECK(comparable(done.out) == without_space(expected()));
  }
}

std::vector<example> examples_of(const std::filesystem::path& document,
                                 const std::filesystem::path& folder) {
  std::filesystem::path scripts{TROUPE_DOCUMENTATION};
  auto extracted = troupe_command(
    {"run", (scripts / "extract.mjs").string(), document.string(), folder.string()});
  INFO(extracted.err);
  REQUIRE(extracted.status == 0);
  std::vector<example> result;
  for (auto& known : nlohmann::json::parse(content_of(folder / "examples.json")))
    result.emplace_back(std::move(known), scripts);
  return result;
}

} // namespace troupe::documentation
