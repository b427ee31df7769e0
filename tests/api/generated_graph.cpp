#include "tests/api/generated_graph.hpp"

#include <algorithm>

namespace troupe::testing {

namespace {

enum class shape { chain, tree, lattice, ring, dag, any };

std::vector<std::size_t> imports_for(chance& random, shape kind, std::size_t index,
                                     std::size_t count) {
  std::vector<std::size_t> imports;
  auto add = [&](std::size_t target) {
    if (target < count)
      imports.push_back(target);
  };
  switch (kind) {
    case shape::chain:
      add(index + 1);
      break;
    case shape::tree:
      add(2 * index + 1);
      add(2 * index + 2);
      break;
    case shape::lattice: // rows of two; each imports the whole next row
      add((index / 2 + 1) * 2);
      add((index / 2 + 1) * 2 + 1);
      break;
    case shape::ring:
      add((index + 1) % count);
      break;
    case shape::dag:
      for (auto next = index + 1; next < count; ++next)
        if (random.one_in(3))
          add(next);
      break;
    case shape::any:
      for (std::size_t n = random.below(4); n > 0; --n)
        add(random.below(count));
      break;
  }
  // A few edges more: shortcuts, cycles, self-imports, and the same once more.
  if (random.one_in(6))
    add(random.below(count));
  if (random.one_in(12))
    add(index);
  if (!imports.empty() && random.one_in(8))
    add(random.pick(imports));
  if (imports.size() > 1 && random.one_in(2))
    std::ranges::reverse(imports);
  return imports;
}

} // namespace

generated_graph::generated_graph(chance& random, wishes how) {
  auto kind = static_cast<shape>(random.below(6));
  modules_.resize(1 + random.below(12));
  bool throwing = random.one_in(2);
  bool waiting = !random.one_in(4);
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    auto& made = modules_[i];
    made.imports = imports_for(random, kind, i, modules_.size());
    if (waiting && random.one_in(3))
      for (auto n = 1 + random.below(3); n > 0; --n)
        made.pauses.push_back(how.timers && random.one_in(4)
                                ? generated_module::pause::timer
                                : generated_module::pause::microtask);
    if (throwing && random.one_in(8))
      made.throws_after = static_cast<int>(random.below(made.pauses.size() + 1));
  }
  if (how.faults && random.one_in(5))
    modules_[random.below(modules_.size())].broken =
      static_cast<generated_module::fault>(1 + random.below(3));
}

std::string generated_graph::name(std::size_t index) {
  return "m" + std::to_string(index) + ".mjs";
}

std::size_t generated_graph::index(const std::string& name) {
  return std::stoul(name.substr(name.find('m') + 1));
}

std::string generated_graph::source(std::size_t index) const {
  const auto& made = modules_[index];
  auto me = std::to_string(index);
  std::string code;
  std::string seen;
  for (std::size_t i = 0; i < made.imports.size(); ++i) {
    auto local = "d" + std::to_string(i);
    code += "import { v as " + local + " } from './" + name(made.imports[i]) + "';\n";
    seen += "() => " + local + ", ";
  }
  if (made.broken == generated_module::fault::link)
    code += "import { nope } from './" + name(index) + "';\n";
  if (made.broken == generated_module::fault::syntax)
    code += "let = ;\n";
  code += "log.push('s" + me + ":' + [" + seen
          + "].map(read => { try { return read() } catch { return 'x' } }).join(''));\n"
            "export let v = 0;\n";
  for (std::size_t i = 0; i <= made.pauses.size(); ++i) {
    if (i > 0) {
      code += made.pauses[i - 1] == generated_module::pause::timer
                ? "await new Promise(done => setTimeout(done, 1));\n"
                : "await null;\n";
      code += "log.push('a" + me + "');\n";
    }
    if (made.throws_after == static_cast<int>(i))
      code += "throw new Error('thrown by " + me + "');\n";
  }
  return code + "v = 1;\nlog.push('e" + me + "');\n";
}

std::vector<std::size_t> generated_graph::reached_from(std::size_t index) const {
  std::vector<bool> met(size());
  std::vector<std::size_t> reached{index};
  met[index] = true;
  for (std::size_t next = 0; next < reached.size(); ++next)
    for (auto target : modules_[reached[next]].imports)
      if (!met[target]) {
        met[target] = true;
        reached.push_back(target);
      }
  return reached;
}

std::string generated_graph::to_string() const {
  std::string text;
  for (std::size_t i = 0; i < size(); ++i)
    text += "// " + name(i)
            + (modules_[i].broken == generated_module::fault::missing ? " (missing)" : "") + "\n"
            + source(i);
  return text;
}

} // namespace troupe::testing
