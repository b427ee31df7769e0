// The examples of Node's documentation of node:vm, as they are there.

#include "tests/documentation/example.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace troupe::documentation;

namespace {

// `count` keeps an extraction that finds less from passing.
void check_document(const std::string& name, std::size_t count) {
  troupe::testing::temporary_folder folder;
  auto examples = examples_of(TROUPE_DOCUMENTATION "/seeds/" + name, folder.path());
  CHECK(examples.size() == count);
  int number = 0;
  for (const auto& each : examples) {
    ++number;
    CAPTURE(name, number);
    each.check();
  }
}

} // namespace

TEST_CASE("the examples of version 10 print what their comments say", "[documentation][O3]") {
  check_document("node-vm-docs-v10.md", 12);
}

TEST_CASE("the examples of version 18 print what their comments say", "[documentation][O3]") {
  check_document("node-vm-docs-v18.txt", 16);
}

TEST_CASE("the examples of version 19 print what their comments say", "[documentation][O3]") {
  check_document("node-vm-docs-v19.txt", 25);
}

TEST_CASE("the examples of version 21 print what their comments say", "[documentation][O3]") {
  check_document("node-vm-docs-v21.txt", 18);
}

TEST_CASE("the examples of version 24 print what their comments say", "[documentation][O3]") {
  check_document("bun-node-vm-reference-v24.md", 17);
}
