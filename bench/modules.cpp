// modules: graphs of 1,000 small modules, imported into a context that has run nothing yet.
//
// Timed: `context::import` from a memory_loader, from the request to the answer: resolving,
// compiling, linking, evaluating. Shapes: a chain, one module that imports all others, a
// lattice of diamonds (100 rows of 10, each imports two of the next row), one cycle
// through all. Floor: the same by hand, with V8's own functions and a hash map by name.
// Not timed: spawning, making the loader.
//
// modules_shared: the same graph, a chain of 1,000 modules of 3 KiB, imported by 100 contexts,
// one after the other. Timed: each import. Floor: the same with sources that differ in a
// comment, so that no context finds a code cache.
//
// modules_latency: a loader that answers after 5 ms. Floor: 5 ms for each step that must wait
// for the one before, by arithmetic.

#include "bench/floor.hpp"
#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/function_loader.hpp"
#include "troupe/memory_loader.hpp"
#include "troupe/runtime.hpp"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-message.h>
#include <v8-promise.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace troupe::bench {

namespace {

constexpr std::size_t count = 1000;

enum class shape { chain, fan_out, lattice, cycle };

std::vector<std::size_t> imports_of(shape kind, std::size_t index) {
  constexpr std::size_t width = 10;
  std::vector<std::size_t> imports;
  switch (kind) {
    case shape::chain:
      if (index + 1 < count)
        imports = {index + 1};
      break;
    case shape::fan_out:
      for (std::size_t i = 1; index == 0 && i < count; ++i)
        imports.push_back(i);
      break;
    case shape::lattice: {
      if (index == 0)
        for (std::size_t i = 1; i < width; ++i)
          imports.push_back(i);
      auto below = (index / width + 1) * width;
      if (below < count)
        for (auto column : {index % width, (index + 1) % width})
          imports.push_back(below + column);
      break;
    }
    case shape::cycle:
      imports = {(index + 1) % count};
      break;
  }
  return imports;
}

std::string name_of(std::size_t index) {
  return fmt::format("module{}.mjs", index);
}

/// Names and sources.
using sources = std::vector<std::pair<std::string, std::string>>;

sources graph_of(shape kind) {
  sources made;
  for (std::size_t i = 0; i < count; ++i) {
    std::string code;
    std::string sum;
    for (auto target : imports_of(kind, i)) {
      code += fmt::format("import {{ f as f{0} }} from './{1}';\n", target, name_of(target));
      sum += fmt::format(" + f{}(1)", target);
    }
    code += fmt::format("export function f(x) {{ return x; }}\nexport const v = 0{};\n", sum);
    made.emplace_back(name_of(i), std::move(code));
  }
  return made;
}

std::shared_ptr<memory_loader> loader_of(const sources& graph) {
  auto loader = std::make_shared<memory_loader>();
  for (const auto& [name, code] : graph)
    loader->add(name, code);
  return loader;
}

// -- by hand ------------------------------------------------------------------------------

/// A graph in an isolate: what it takes without anything around it.
class bare_graph {
public:
  bare_graph(v8::Isolate* isolate, const sources& graph) : isolate_(isolate) {
    for (const auto& [name, code] : graph)
      known_.emplace(name, entry{&code, {}});
  }

  /// Loads, links and evaluates; gives the export `v`.
  double import(v8::Local<v8::Context> context, const std::string& root) {
    auto module = compile(root);
    while (!open_.empty()) {
      auto next = open_.back()->Get(isolate_);
      open_.pop_back();
      auto requests = next->GetModuleRequests();
      for (int i = 0; i < requests->Length(); ++i)
        compile(name_of(requests->Get(context, i).As<v8::ModuleRequest>()->GetSpecifier()));
    }
    current_ = this;
    require(module->InstantiateModule(context, &bare_graph::resolve).FromMaybe(false), "link");
    auto done = module->Evaluate(context).ToLocalChecked().As<v8::Promise>();
    isolate_->PerformMicrotaskCheckpoint();
    require(done->State() == v8::Promise::kFulfilled, "evaluation");
    return module->GetModuleNamespace()
      .As<v8::Object>()
      ->Get(context, v8::String::NewFromUtf8Literal(isolate_, "v"))
      .ToLocalChecked()
      .As<v8::Number>()
      ->Value();
  }

private:
  struct entry {
    const std::string* code;
    v8::Global<v8::Module> module;
  };

  std::string name_of(v8::Local<v8::String> specifier) const {
    v8::String::Utf8Value text{isolate_, specifier};
    return {*text + 2, static_cast<std::size_t>(text.length()) - 2}; // after ./
  }

  v8::Local<v8::Module> compile(const std::string& name) {
    auto& [code, module] = known_.at(name);
    if (!module.IsEmpty())
      return module.Get(isolate_);
    auto to_v8 = [this](const std::string& text) {
      return v8::String::NewFromUtf8(isolate_, text.data(), v8::NewStringType::kNormal,
                                     static_cast<int>(text.size()))
        .ToLocalChecked();
    };
    v8::ScriptOrigin origin{to_v8(name), 0,     0,   false, -1, v8::Local<v8::Value>{},
                            false,       false, true};
    v8::ScriptCompiler::Source source{to_v8(*code), origin};
    auto made = v8::ScriptCompiler::CompileModule(isolate_, &source).ToLocalChecked();
    module.Reset(isolate_, made);
    open_.push_back(&module);
    return made;
  }

  static v8::MaybeLocal<v8::Module> resolve(v8::Local<v8::Context>,
                                            v8::Local<v8::String> specifier,
                                            v8::Local<v8::FixedArray>, v8::Local<v8::Module>) {
    return current_->known_.at(current_->name_of(specifier)).module.Get(current_->isolate_);
  }

  inline static thread_local bare_graph* current_ = nullptr;

  v8::Isolate* isolate_;
  std::unordered_map<std::string, entry> known_;
  std::vector<v8::Global<v8::Module>*> open_;
};

double import_bare(const sources& graph, double expected) {
  double time = 0;
  {
    floor::thread work{[&] {
      floor::bare_isolate isolate{"0"};
      require(isolate.run() == 0, "wrong answer");
      v8::HandleScope handles{isolate.v8()};
      auto context = isolate.context();
      v8::Context::Scope entered{context};
      auto start = clock::now();
      bare_graph modules{isolate.v8(), graph};
      auto v = modules.import(context, graph.front().first);
      time = microseconds_since(start);
      require(v == expected, "wrong answer");
    }};
  }
  return time;
}

// -- with Troupe ----------------------------------------------------------------------------

double import_in(runtime& rt, context_options options, const std::string& root, double expected) {
  context fresh = rt.spawn(std::move(options)).get();
  require(fresh.run("0").get());
  auto start = clock::now();
  auto exports = require(fresh.import(root).get());
  auto time = microseconds_since(start);
  require(exports["v"].as<double>() == expected, "wrong answer");
  return time;
}

sample measure_shape(runtime& rt, shape kind) {
  constexpr int warm_up = 1;
  constexpr int timed = 7;
  auto graph = graph_of(kind);
  auto loader = loader_of(graph);
  auto expected = static_cast<double>(imports_of(kind, 0).size());
  std::vector<double> bare;
  std::vector<double> ours;
  auto run_bare = [&] { return import_bare(graph, expected); };
  auto run_ours = [&] {
    return import_in(rt, {.loader = loader}, graph.front().first, expected);
  };
  alternate(
    warm_up, [&] { run_bare(); }, [&] { run_ours(); });
  alternate(
    timed, [&] { bare.push_back(run_bare() / 1e3); }, [&] { ours.push_back(run_ours() / 1e3); });
  return {median(bare), median(ours)};
}

std::vector<sample> measure_shapes() {
  runtime rt;
  return {measure_shape(rt, shape::chain), measure_shape(rt, shape::fan_out),
          measure_shape(rt, shape::lattice), measure_shape(rt, shape::cycle)};
}

// -- code caches -------------------------------------------------------------------------------

/// A module of some KiB, all of whose functions run.
std::string large_module(std::size_t index, int edition) {
  std::string code;
  if (index + 1 < count)
    code = fmt::format("import {{ v as next }} from './{}';\n", name_of(index + 1));
  else
    code = "const next = 0;\n";
  code += fmt::format("// edition {}\nlet sum = 0;\n", edition);
  for (int i = 0; code.size() < 3 * 1024; ++i)
    code += fmt::format(R"(function step{0}(a, b) {{
  const made = {{ x: a, y: b, name: 'step{0}' }};
  for (let i = 0; i < 3; ++i) made.x += i * b;
  return made;
}}
sum += step{0}({0}, 2).x;
)",
                        i);
  return code + "export const v = next + (sum > 0 ? 1 : 0);\n";
}

std::shared_ptr<memory_loader> large_graph(int edition) {
  auto loader = std::make_shared<memory_loader>();
  for (std::size_t i = 0; i < count; ++i)
    loader->add(name_of(i), large_module(i, edition));
  return loader;
}

std::vector<sample> measure_shared() {
  constexpr int contexts = 100;
  runtime rt;
  static int edition = 0;
  auto shared = large_graph(++edition);
  auto import_one = [&](const std::shared_ptr<memory_loader>& loader) {
    return import_in(rt, {.loader = loader}, name_of(0), count) / 1e3;
  };
  {
    context maker = rt.spawn({.loader = shared}).get();
    require(maker.import(name_of(0)).get());
    require(maker.idle().get());
  }
  std::vector<double> without;
  std::vector<double> with;
  alternate(
    contexts, [&] { without.push_back(import_one(large_graph(++edition))); },
    [&] { with.push_back(import_one(shared)); });
  return {{median(without), median(with)}};
}

// -- latency
// -------------------------------------------------------------------------------------

constexpr std::chrono::milliseconds latency{5};

/// Answers each request 5 ms after it came.
class late_loader final : public module_loader {
public:
  explicit late_loader(std::shared_ptr<module_loader> from)
    : from_(std::move(from)), thread_([this](const std::stop_token& stop) { main(stop); }) {
  }

  future<module_source> load(module_request request) override {
    std::lock_guard guard{mutex_};
    auto& entry = open_.emplace_back(clock::now() + latency, std::move(request));
    filled_.notify_one();
    return entry.answer.get_future();
  }

private:
  struct late_answer {
    late_answer(clock::time_point when, module_request what)
      : due(when), request(std::move(what)) {
    }

    clock::time_point due;
    module_request request;
    promise<module_source> answer{};
  };

  void main(const std::stop_token& stop) {
    std::unique_lock guard{mutex_};
    while (filled_.wait(guard, stop, [this] { return !open_.empty(); })) {
      auto next = std::move(open_.front());
      open_.pop_front();
      guard.unlock();
      std::this_thread::sleep_until(next.due);
      next.answer.set(*from_->find(next.request));
      guard.lock();
    }
  }

  std::shared_ptr<module_loader> from_;
  std::mutex mutex_;
  std::condition_variable_any filled_;
  std::deque<late_answer> open_; // guarded by mutex_
  std::jthread thread_;          // last: it uses the others
};

/// `levels` modules that each import the next one and `width` others.
sources chain_of_fans(std::size_t levels, std::size_t width) {
  sources made;
  for (std::size_t level = 0; level < levels; ++level) {
    std::string code;
    if (level + 1 < levels)
      code += fmt::format("import './level{}.mjs';\n", level + 1);
    for (std::size_t i = 0; i < width; ++i) {
      code += fmt::format("import './leaf{}_{}.mjs';\n", level, i);
      made.emplace_back(fmt::format("leaf{}_{}.mjs", level, i), "export default 1;");
    }
    made.emplace_back(fmt::format("level{}.mjs", level), code + "export const v = 1;");
  }
  return made;
}

sample measure_late(runtime& rt, std::size_t levels, std::size_t width, std::size_t at_a_time) {
  auto loader = std::make_shared<late_loader>(loader_of(chain_of_fans(levels, width)));
  std::vector<double> times;
  for (int i = 0; i < 5; ++i)
    times.push_back(import_in(rt, {.loader = loader, .modules = {.concurrency_max = at_a_time}},
                              "level0.mjs", 1)
                    / 1e3);
  auto steps = static_cast<double>(levels + 1); // the leaves of the last level
  return {steps * static_cast<double>(latency.count()), median(times)};
}

std::vector<sample> measure_latency() {
  runtime rt;
  return {measure_late(rt, 1, 1000, 1000), measure_late(rt, 1, 1000, 256),
          measure_late(rt, 10, 50, 64)};
}

} // namespace

item modules() {
  return {.name = "modules",
          .figures = {{"modules, 1,000 in a chain", "ms", goal::ratio_at_most, 1.3},
                      {"modules, one imports 999", "ms", goal::ratio_at_most, 1.3},
                      {"modules, 1,000 in a lattice", "ms", goal::ratio_at_most, 1.3},
                      {"modules, 1,000 in a cycle", "ms", goal::ratio_at_most, 1.3}},
          .rounds = 5,
          .measure = &measure_shapes};
}

item modules_shared() {
  return {.name = "modules_shared",
          .figures = {{"modules_shared, 1,000 of 3 KiB, each of 100 contexts (floor: no caches)",
                       "ms"}},
          .rounds = 3,
          .measure = &measure_shared};
}

item modules_latency() {
  return {.name = "modules_latency",
          .figures = {{"modules_latency, one imports 1,000, 1,000 at a time", "ms",
                       goal::ratio_at_most, 1.5},
                      {"modules_latency, one imports 1,000, 256 at a time", "ms"},
                      {"modules_latency, chain of 10, each imports 50 more", "ms",
                       goal::ratio_at_most, 1.5}},
          .rounds = 5,
          .measure = &measure_latency};
}

} // namespace troupe::bench
