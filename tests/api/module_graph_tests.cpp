// Generated module graphs against the algorithms of ECMA-262: M3, M5, M9, A3.

#include "tests/api/generated_graph.hpp"
#include "tests/api/helpers.hpp"
#include "tests/api/reference_evaluation.hpp"

#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// A tenth of them under sanitizers.
std::size_t graphs_wished() {
  const char* wished = std::getenv("TROUPE_STRESS_ROUNDS");
  return wished != nullptr ? std::stoul(wished) : sanitized ? 40 : 400;
}

/// Loads generated graphs: answers at once, on the callback thread, or later on a thread of
/// its own, in any order.
class graph_loader final : public module_loader {
public:
  enum class manner { at_once, soon, late, mixed };

  graph_loader() : thread_([this](const std::stop_token& stop) { main(stop); }) {
  }

  void show(const generated_graph& graph, manner how, std::uint64_t seed) {
    std::lock_guard guard{mutex_};
    graph_ = graph; // a failed one is asked for later, too
    how_ = how;
    random_ = chance{seed};
    asked_.clear();
  }

  future<module_source> load(module_request request) override {
    std::lock_guard guard{mutex_};
    ++asked_[request.referrer + " " + request.specifier];
    promise<module_source> answer;
    auto given = answer.get_future();
    if (how_ == manner::soon || (how_ == manner::mixed && random_.one_in(2))) {
      answer.set(find_it(request));
    } else {
      open_.emplace_back(find_it(request), std::move(answer));
      filled_.notify_one();
    }
    return given;
  }

  std::optional<result<module_source>> find(const module_request& request) override {
    std::lock_guard guard{mutex_};
    if (how_ == manner::at_once || (how_ == manner::mixed && random_.one_in(2)))
      return find_it(request);
    return std::nullopt;
  }

  /// How often the one that was asked for most often was.
  int asked_at_most() {
    std::lock_guard guard{mutex_};
    int most = 0;
    for (const auto& [unused, count] : asked_)
      most = std::max(most, count);
    return most;
  }

private:
  using waiting = std::pair<result<module_source>, promise<module_source>>;

  [[nodiscard]] result<module_source> find_it(const module_request& request) const {
    auto index = generated_graph::index(request.specifier);
    if ((*graph_)[index].broken == generated_module::fault::missing)
      return error{.code = errc::module_not_found, .message = "cannot find it"};
    return module_source{generated_graph::name(index), graph_->source(index)};
  }

  void main(const std::stop_token& stop) {
    std::unique_lock guard{mutex_};
    while (filled_.wait(guard, stop, [this] { return !open_.empty(); })) {
      auto which = open_.begin() + static_cast<std::ptrdiff_t>(random_.below(open_.size()));
      auto next = std::move(*which);
      open_.erase(which);
      guard.unlock();
      next.second.set(std::move(next.first));
      guard.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any filled_;
  // Guarded by mutex_.
  std::optional<generated_graph> graph_;
  manner how_ = manner::at_once;
  chance random_{0};
  std::map<std::string, int> asked_;
  std::vector<waiting> open_;
  std::jthread thread_; // last: it uses the others
};

errc code_of(generated_module::fault fault) {
  switch (fault) {
    case generated_module::fault::missing:
      return errc::module_not_found;
    case generated_module::fault::syntax:
      return errc::syntax_error;
    case generated_module::fault::link:
      return errc::module_link_failed;
    case generated_module::fault::none:
      break;
  }
  return errc{};
}

/// What stops the graph from being linked.
errc fault_of(const generated_graph& graph) {
  for (std::size_t i = 0; i < graph.size(); ++i)
    if (graph[i].broken != generated_module::fault::none)
      return code_of(graph[i].broken);
  return errc{};
}

std::vector<std::string> take_log(context& ctx) {
  std::vector<std::string> lines;
  auto log = value_of(ctx.run("log.splice(0)"));
  for (std::size_t i = 0; i < log.size(); ++i)
    lines.push_back(log[i].as<std::string>());
  return lines;
}

std::string thrown_text(std::size_t module) {
  return "Error: thrown by " + std::to_string(module);
}

context context_for_graphs(std::shared_ptr<module_loader> loader = {}) {
  return new_context(
    {.globals = {{"log", value::array({})}}, .timers = true, .loader = std::move(loader)});
}

} // namespace

TEST_CASE("generated graphs are evaluated in the order of ECMA-262",
          "[api][module][graph][M3][M5][A3]") {
  const auto seed = test_seed();
  const auto graphs = graphs_wished();
  auto loader = std::make_shared<graph_loader>();
  auto ctx = context_for_graphs(loader);
  for (std::uint64_t round = 0; round < graphs; ++round) {
    // To have this graph again: its number as TROUPE_SEED, one round.
    CAPTURE(seed + round);
    chance random{seed + round};
    generated_graph graph{random, {.timers = random.one_in(4)}};
    CAPTURE(graph.to_string());
    reference_evaluation reference{graph};
    loader->show(graph, static_cast<graph_loader::manner>(random.below(4)), random.bits());
    value_of(ctx.reset());
    for (std::size_t root = 0; root < graph.size(); ++root) {
      CAPTURE(root);
      auto outcome = answer_of(ctx.import(generated_graph::name(root)));
      value_of(ctx.idle());
      if (!reference.link(root)) {
        REQUIRE_FALSE(outcome.has_value());
        REQUIRE(outcome.error().code == fault_of(graph));
        REQUIRE(take_log(ctx).empty());
        continue;
      }
      auto expected = reference.evaluate(root);
      REQUIRE(expected.settled);
      REQUIRE(take_log(ctx) == reference.take_log());
      if (expected.thrown_by) {
        REQUIRE_FALSE(outcome.has_value());
        REQUIRE(outcome.error().message == thrown_text(*expected.thrown_by));
      } else {
        REQUIRE(outcome.has_value());
        REQUIRE((*outcome).size() == 1);
        REQUIRE((*outcome)["v"].as<int>() == reference.value_of(root));
      }
    }
    if (fault_of(graph) == errc{})
      REQUIRE(loader->asked_at_most() <= 1);
  }
}

namespace {

/// The modules of a graph, held by C++.
std::vector<source_text_module> compile_all(context& ctx, const generated_graph& graph) {
  std::vector<source_text_module> modules;
  for (std::size_t i = 0; i < graph.size(); ++i)
    modules.push_back(
      value_of(ctx.compile_module(graph.source(i), {.identifier = generated_graph::name(i)})));
  return modules;
}

module_status expected_status(const reference_evaluation& reference, std::size_t module) {
  switch (reference.state_of(module)) {
    case reference_evaluation::state::unlinked:
      return module_status::unlinked;
    case reference_evaluation::state::linked:
      return module_status::linked;
    default:
      return reference.error_of(module) ? module_status::errored : module_status::evaluated;
  }
}

/// Does a module that is to be linked with this one import an errored one?
bool leads_to_errored(const generated_graph& graph, const reference_evaluation& reference,
                      std::size_t root) {
  std::vector<bool> met(graph.size());
  std::vector<std::size_t> open{root};
  while (!open.empty()) {
    auto module = open.back();
    open.pop_back();
    if (reference.error_of(module))
      return true;
    if (met[module] || reference.state_of(module) != reference_evaluation::state::unlinked)
      continue;
    met[module] = true;
    open.insert(open.end(), graph[module].imports.begin(), graph[module].imports.end());
  }
  return false;
}

} // namespace

TEST_CASE("generated graphs that C++ links are evaluated in the order of ECMA-262",
          "[api][module][graph][M3][M4][M5][M6]") {
  const auto seed = test_seed();
  const auto graphs = graphs_wished() / 2;
  auto ctx = context_for_graphs();
  for (std::uint64_t round = 0; round < graphs; ++round) {
    CAPTURE(seed + round);
    chance random{seed + round};
    generated_graph graph{random, {.timers = random.one_in(4), .faults = false}};
    CAPTURE(graph.to_string());
    reference_evaluation reference{graph};
    value_of(ctx.reset());
    auto modules = compile_all(ctx, graph);
    bool by_requests = random.one_in(2);
    if (by_requests)
      for (std::size_t i = 0; i < graph.size(); ++i) {
        std::vector<std::reference_wrapper<const vm_module>> targets;
        for (const auto& request : modules[i].module_requests())
          targets.emplace_back(modules[generated_graph::index(request.specifier)]);
        value_of(modules[i].link_requests(targets));
      }
    for (std::size_t root = 0; root < graph.size(); ++root) {
      CAPTURE(root);
      // Who was linked with another one is; a second link is refused.
      auto linked = reference.state_of(root) != reference_evaluation::state::unlinked;
      auto was_unlinked = value_of(modules[root].status()) == module_status::unlinked;
      REQUIRE(was_unlinked == !linked);
      if (!linked) {
        auto done = by_requests
                      ? answer_of(modules[root].instantiate())
                      : answer_of(modules[root].link([&](module_request request) {
                          promise<vm_module> answer;
                          answer.set(modules[generated_graph::index(request.specifier)].share());
                          return answer.get_future();
                        }));
        // A resolver may not give errored modules.
        if (!by_requests && leads_to_errored(graph, reference, root)) {
          REQUIRE_FALSE(done.has_value());
          REQUIRE(done.error().code == errc::module_link_failed);
          continue;
        }
        REQUIRE(done.has_value());
      }
      REQUIRE(reference.link(root));
      for (std::size_t i = 0; i < graph.size(); ++i)
        REQUIRE(value_of(modules[i].status()) == expected_status(reference, i));
      auto outcome = answer_of(modules[root].evaluate());
      value_of(ctx.idle());
      auto expected = reference.evaluate(root);
      REQUIRE(take_log(ctx) == reference.take_log());
      REQUIRE(outcome.has_value() == !expected.thrown_by);
      if (!outcome)
        REQUIRE(outcome.error().message == thrown_text(*expected.thrown_by));
      for (std::size_t i = 0; i < graph.size(); ++i) {
        CAPTURE(i);
        REQUIRE(value_of(modules[i].status()) == expected_status(reference, i));
        if (reference.value_of(i))
          REQUIRE(value_of(modules[i].get("v")).as<int>() == reference.value_of(i));
      }
    }
  }
}

TEST_CASE("dynamic imports amid evaluation run each module once, after what it imports",
          "[api][module][graph][M9]") {
  const auto seed = test_seed();
  const auto graphs = graphs_wished() / 2;
  auto loader = std::make_shared<graph_loader>();
  auto ctx = context_for_graphs(loader);
  for (std::uint64_t round = 0; round < graphs; ++round) {
    CAPTURE(seed + round);
    chance random{seed + round};
    generated_graph graph{random, {.timers = random.one_in(4)}};
    CAPTURE(graph.to_string());
    loader->show(graph, static_cast<graph_loader::manner>(random.below(4)), random.bits());
    value_of(ctx.reset());
    // All roots at once, some of them twice, from scripts, timers and C++.
    std::vector<future<value>> imports;
    std::vector<std::size_t> roots;
    for (std::size_t n = 2 * graph.size(); n > 0; --n) {
      auto root = random.below(graph.size());
      auto call = "import('" + generated_graph::name(root) + "')";
      roots.push_back(root);
      switch (random.below(3)) {
        case 0:
          imports.push_back(ctx.import(generated_graph::name(root)));
          break;
        case 1:
          imports.push_back(ctx.run(call + ".then(m => ({ v: m.v }))"));
          break;
        default:
          imports.push_back(ctx.run("new Promise((done, no) => setTimeout(() => " + call
                                    + ".then(m => ({ v: m.v })).then(done, no), 1))"));
          break;
      }
    }
    std::vector<std::size_t> fulfilled;
    for (std::size_t i = 0; i < imports.size(); ++i) {
      auto reached = graph.reached_from(roots[i]);
      auto outcome = answer_of(std::move(imports[i]));
      bool broken = std::ranges::any_of(
        reached, [&](auto each) { return graph[each].broken != generated_module::fault::none; });
      bool throws =
        std::ranges::any_of(reached, [&](auto each) { return graph[each].throws_after >= 0; });
      CAPTURE(roots[i], broken, throws, outcome ? std::string{} : outcome.error().to_string());
      REQUIRE(outcome.has_value() == !(broken || throws));
      if (!outcome)
        continue;
      REQUIRE((*outcome)["v"].as<int>() == 1);
      fulfilled.push_back(roots[i]);
    }
    value_of(ctx.idle());
    std::map<std::string, int> seen;
    for (auto& line : take_log(ctx))
      ++seen[line.substr(0, line.find(':'))];
    for (const auto& [line, count] : seen)
      if (line.front() != 'a')
        REQUIRE(count == 1);
    for (auto root : fulfilled)
      for (auto each : graph.reached_from(root))
        REQUIRE(seen.contains("e" + std::to_string(each)));
  }
}
