#include "runtime/module_graphs.hpp"

#include "runtime/environment.hpp"
#include "runtime/error_capture.hpp"
#include "runtime/exception.hpp"
#include "runtime/import_meta.hpp"
#include "runtime/module_compiler.hpp"
#include "runtime/module_inspection.hpp"
#include "runtime/module_key.hpp"
#include "runtime/module_requests.hpp"
#include "runtime/node_vm/machine.hpp"
#include "runtime/rejection_log.hpp"
#include "runtime/script_modules.hpp"
#include "runtime/settlement.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-exception.h>
#include <v8-function.h>
#include <v8-microtask-queue.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace troupe::js {

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

// Of all requests that are open, or whose answers are remembered.
constexpr std::size_t request_bytes_max = 32 * mib;

v8::Local<v8::String> namespace_key(v8::Isolate* isolate) {
  return v8::String::NewFromUtf8Literal(isolate, "namespace", v8::NewStringType::kInternalized);
}

} // namespace

bool module_graphs::is_host(purpose what_for) noexcept {
  return what_for == purpose::host_import || what_for == purpose::inspection;
}

module_graphs::module_graphs(environment& owner, module_port port, const module_limits& limits)
  : owner_(owner), limits_(limits), scope_(std::make_shared<module_scope>()) {
  scope_->port = std::move(port);
}

void module_graphs::install(v8::Isolate* isolate) {
  // The one with a phase is called for `import.source()` only.
  isolate->SetHostImportModuleDynamicallyCallback(
    [](v8::Local<v8::Context> context, v8::Local<v8::Data> host_defined_options,
       v8::Local<v8::Value> resource_name, v8::Local<v8::String> specifier,
       v8::Local<v8::FixedArray> attributes) {
      return on_import(context, host_defined_options, resource_name, specifier,
                       v8::ModuleImportPhase::kEvaluation, attributes);
    });
  isolate->SetHostImportModuleWithPhaseDynamicallyCallback(&module_graphs::on_import);
  isolate->SetHostInitializeImportMetaObjectCallback(&init_import_meta);
}

std::string module_graphs::next_identifier() {
  return fmt::format("vm:module({})", last_identifier_++);
}

// -- loading ------------------------------------------------------------------------------

module_graphs::graph_load& module_graphs::begin(isolate_scope& here,
                                                v8::Local<v8::Context> context, purpose what_for,
                                                std::shared_ptr<module_scope> scope) {
  auto made = std::make_unique<graph_load>();
  made->id = ++last_load_;
  made->what_for = what_for;
  made->scope = std::move(scope);
  made->limits = owner_.limits_of_turn();
  v8::Local<v8::Promise::Resolver> resolver;
  if (v8::Promise::Resolver::New(context).ToLocal(&resolver))
    made->resolver.Reset(here.v8(), resolver);
  return *loads_.emplace(made->id, std::move(made)).first->second;
}

std::optional<module_graphs::failure> module_graphs::find_root(isolate_scope& here,
                                                               v8::Local<v8::Context> context,
                                                               graph_load& load,
                                                               module_request request) {
  load.phase = request.phase;
  if (loads_.size() > limits_.modules_max)
    return failed_with(here, context, nullptr, nullptr,
                       {.code = errc::module_limit_exceeded,
                        .message = fmt::format("as many imports are under way as may be "
                                               "(module_limits::modules_max, {})",
                                               limits_.modules_max)});
  module_hold found;
  if (auto failed = resolve(here, context, load, request, {.load = load.id}, found))
    return failed;
  if (!found)
    return std::nullopt;
  load.root = found;
  return enter(here, context, load, std::move(found), nullptr, 1);
}

/// A module belongs to the graph.
std::optional<module_graphs::failure> module_graphs::enter(isolate_scope& here,
                                                           v8::Local<v8::Context> context,
                                                           graph_load& load, module_hold module,
                                                           module_record* importer,
                                                           std::size_t depth) {
  auto* record = module.get();
  if (load.phase == import_phase::source && importer == nullptr)
    return std::nullopt;
  if (!load.visited.try_emplace(record, visit{std::move(module), importer, depth}).second)
    return std::nullopt;
  return explore(here, context, load, {record});
}

/// Looks at what the modules import, and of those that are there, at what these import.
std::optional<module_graphs::failure> module_graphs::explore(isolate_scope& here,
                                                             v8::Local<v8::Context> context,
                                                             graph_load& load,
                                                             std::vector<module_record*> open) {
  while (!open.empty()) {
    auto* record = open.back();
    open.pop_back();
    if (is_linked(here, *record))
      continue;
    auto depth = load.visited.at(record).depth + 1;
    for (std::size_t i = 0; i < record->imports().size(); ++i) {
      auto& import = record->imports()[i];
      if (!import.target) {
        module_hold found;
        if (auto failed = resolve(here, context, load, import.request,
                                  {load.id, module_hold{record}, i}, found))
          return failed;
        if (!found)
          continue;
        import.target = std::move(found);
      }
      if (import.request.phase == import_phase::source)
        continue;
      auto* target = import.target.get();
      if (!load.visited.try_emplace(target, visit{import.target, record, depth}).second)
        continue;
      if (depth > limits_.depth_max)
        return failed_with(here, context, &load, record,
                           too_deep(target->identifier(), limits_.depth_max));
      if (load.visited.size() > limits_.modules_max)
        return failed_with(here, context, &load, record,
                           {.code = errc::module_limit_exceeded,
                            .message = fmt::format("the graph has more than {} modules "
                                                   "(module_limits::modules_max)",
                                                   limits_.modules_max)});
      open.push_back(target);
    }
  }
  return std::nullopt;
}

std::optional<module_graphs::failure> module_graphs::resolve(isolate_scope& here,
                                                             v8::Local<v8::Context> context,
                                                             graph_load& load,
                                                             const module_request& request,
                                                             waiter who, module_hold& found) {
  auto importer = who.importer;
  if (auto failed = look_up(here, context, load, request, std::move(who), found))
    return failed;
  auto failed = found ? check_phase(here, context, request, *found) : std::nullopt;
  if (failed)
    tell_chain(*failed, load, importer.get());
  return failed;
}

/// What is known, what the loader knows at once, or a request that waits.
std::optional<module_graphs::failure> module_graphs::look_up(isolate_scope& here,
                                                             v8::Local<v8::Context> context,
                                                             graph_load& load,
                                                             const module_request& request,
                                                             waiter who, module_hold& found) {
  auto importer = who.importer;
  bool by_script = load.scope == scope_ && owner_.file_modules() != nullptr;
  if (auto unsound = check(request, by_script))
    return failed_with(here, context, &load, importer.get(), *std::move(unsound));
  auto& scope = *load.scope;
  auto key = key_of(request);
  if (auto known = scope.resolved.find(key); known != scope.resolved.end()) {
    found = known->second;
    return std::nullopt;
  }
  if (auto flying = scope.in_flight.find(key); flying != scope.in_flight.end()) {
    fetches_.at(flying->second).waiters.push_back(std::move(who));
    load.asked.push_back(flying->second);
    ++load.missing;
    return std::nullopt;
  }
  if (by_script) {
    if (auto failed = find_by_script(here, context, scope, request, found))
      return failed;
    remember(scope, std::move(key), found);
    return std::nullopt;
  }
  if (!scope.port)
    return failed_with(here, context, &load, importer.get(),
                       {.code = errc::dynamic_import_unavailable,
                        .message = fmt::format("'{}' cannot be imported: the context has no "
                                               "loader (context_options::loader)",
                                               request.specifier)});
  std::optional<result<module_answer>> answer;
  if (scope.port.finder)
    if (auto thrown = owner_.call_host([&] { answer = scope.port.finder->find(request); }))
      answer.emplace(*std::move(thrown));
  if (answer && !*answer)
    return failed_with(here, context, &load, importer.get(), std::move(*answer).error());
  if (answer) {
    if (auto failed = admit(here, context, scope, request, **answer, found)) {
      tell_chain(*failed, load, importer.get());
      return failed;
    }
    remember(scope, std::move(key), found);
    return std::nullopt;
  }
  if (fetches_.size() >= limits_.modules_max || fetch_bytes_ + key.size() > request_bytes_max)
    return failed_with(here, context, &load, importer.get(),
                       {.code = errc::module_limit_exceeded,
                        .message = fmt::format("as many modules are being loaded as may be "
                                               "(module_limits::modules_max, {}; {} MiB of "
                                               "requests)",
                                               limits_.modules_max, request_bytes_max / mib)});
  auto id = ++last_fetch_;
  scope.in_flight.emplace(key, id);
  to_send_.push_back({id, request});
  auto& fetch = fetches_[id];
  fetch.request = request;
  fetch.key = std::move(key);
  fetch.scope = load.scope;
  fetch.carrier = load.id;
  fetch.waiters.push_back(std::move(who));
  fetch_bytes_ += fetch.key.size();
  load.asked.push_back(id);
  ++load.missing;
  return std::nullopt;
}

/// The realm's own JavaScript finds it.
std::optional<module_graphs::failure> module_graphs::find_by_script(
  isolate_scope& here, v8::Local<v8::Context> context, module_scope& scope,
  const module_request& request, module_hold& found) {
  auto& finder = *owner_.file_modules();
  v8::TryCatch caught{here.v8()};
  auto failed = [&] { return caught_failure(here, context, caught, errc::module_not_found); };
  auto given = finder.find(here, context, request);
  if (!given)
    return failed();
  auto key = key_of(given->kind, given->identifier);
  if (auto known = scope.modules.find(key); known != scope.modules.end()) {
    found = known->second;
    return std::nullopt;
  }
  if (given->kind == module_kind::synthetic) {
    found = finder.make(here, context, owner_.isolate_.modules(), *given);
    if (!found)
      return failed();
    scope.modules.emplace(std::move(key), found);
    return std::nullopt;
  }
  auto source = finder.read(here, context, *given);
  if (!source)
    return failed();
  return admit(here, context, scope, request, *std::move(source), found);
}

/// The next one who asks need not wait.
void module_graphs::remember(module_scope& scope, std::string key,
                             const module_hold& module) const {
  if (scope.resolved.size() >= 4 * limits_.modules_max
      || scope.resolved_bytes + key.size() > request_bytes_max)
    return;
  scope.resolved_bytes += key.size();
  scope.resolved.emplace(std::move(key), module);
}

/// Takes a module in that was found.
std::optional<module_graphs::failure> module_graphs::admit(
  isolate_scope& here, v8::Local<v8::Context> context, module_scope& scope,
  const module_request& request, const module_answer& answer, module_hold& admitted) {
  auto refuse = [&](error why) {
    auto exception = make_exception(here, context, why);
    return failure{std::move(why), exception};
  };
  if (const auto* given = std::get_if<value>(&answer)) {
    auto module = owner_.exchange_.find_module(here, *given);
    if (!module)
      return refuse(std::move(module).error());
    admitted = *std::move(module);
    if (admitted->module(here)->GetStatus() == v8::Module::kErrored)
      return refuse({.code = errc::module_link_failed,
                     .message = fmt::format("request for '{}' is from an errored module",
                                            request.specifier)});
  } else {
    const auto& source = std::get<module_source>(answer);
    if (auto unsound = check_type(request, source))
      return refuse(*std::move(unsound));
    auto key = key_of(source.kind(), source.identifier());
    auto known = scope.modules.find(key);
    if (known == scope.modules.end()) {
      auto size = source.content().size() + source.identifier().size();
      if (size > limits_.source_mib_max * mib
                   - std::min(scope.source_bytes, limits_.source_mib_max * mib))
        return refuse({.code = errc::module_limit_exceeded,
                       .message = fmt::format("the sources of the modules have more than {} MiB "
                                              "(module_limits::source_mib_max), with '{}'",
                                              limits_.source_mib_max, source.identifier())});
      if (scope.modules.size() >= limits_.modules_max)
        return refuse({.code = errc::module_limit_exceeded,
                       .message = fmt::format("there are more than {} modules "
                                              "(module_limits::modules_max)",
                                              limits_.modules_max)});
      v8::TryCatch caught{here.v8()};
      auto made = make_module(here, context, owner_.isolate_.modules(), source);
      if (!made) {
        auto compiles = source.kind() != module_kind::synthetic;
        return caught_failure(here, context, caught,
                              compiles ? errc::syntax_error : errc::clone_failed);
      }
      scope.source_bytes += size;
      if (!made->to_share_.IsEmpty())
        to_share_.push_back(made);
      known = scope.modules.emplace(std::move(key), std::move(made)).first;
    }
    admitted = known->second;
  }
  return std::nullopt;
}

/// Only modules of WebAssembly have a source that can be imported.
std::optional<module_graphs::failure> module_graphs::check_phase(
  isolate_scope& here, v8::Local<v8::Context> context, const module_request& request,
  const module_record& found) const {
  if (request.phase != import_phase::source || !found.source_object_.IsEmpty())
    return std::nullopt;
  auto* isolate = here.v8();
  error why{.code = errc::syntax_error,
            .message = fmt::format("Source phase import object is not defined for module '{}'",
                                   found.identifier())};
  v8::Local<v8::String> text;
  if (!to_v8_string(isolate, why.message).ToLocal(&text))
    text = v8::String::Empty(isolate);
  auto exception = v8::Exception::SyntaxError(text);
  exception.As<v8::Object>()
    ->CreateDataProperty(context, v8::String::NewFromUtf8Literal(isolate, "code"),
                         v8::String::NewFromUtf8Literal(isolate, "ERR_SOURCE_PHASE_NOT_DEFINED"))
    .FromMaybe(false);
  return failure{std::move(why), exception};
}

/// Asks the loader for what has come up.
void module_graphs::send_fetches(load_id load) {
  if (to_send_.empty())
    return;
  const auto& port = loads_.at(load)->scope->port;
  if (auto thrown = owner_.call_host(
        [&] { owner_.events_.fetch(load, port.id, std::exchange(to_send_, {})); }))
    owner_.report_uncaught(*std::move(thrown), owner_.current_run());
}

void module_graphs::fetched(std::vector<fetched_module> modules) {
  std::vector<load_id> touched;
  for (auto& [id, outcome] : modules) {
    auto taken = fetches_.extract(id);
    if (taken.empty())
      continue;
    auto fetch = std::move(taken.mapped());
    fetch.scope->in_flight.erase(fetch.key);
    fetch_bytes_ -= fetch.key.size();
    std::erase_if(fetch.waiters,
                  [this](const auto& each) { return !loads_.contains(each.load); });
    if (!outcome && outcome.error().code == errc::module_limit_exceeded)
      ask_again(fetch);
    if (fetch.waiters.empty())
      continue;
    auto first = fetch.waiters.front().load;
    auto stopped = owner_.callback_turn(
      loads_.at(first)->limits, [&](isolate_scope& here, v8::Local<v8::Context> context) {
        module_hold module;
        std::optional<failure> failed;
        if (outcome) {
          failed = admit(here, context, *fetch.scope, fetch.request, *outcome, module);
          if (!failed)
            failed = check_phase(here, context, fetch.request, *module);
          if (!failed)
            remember(*fetch.scope, fetch.key, module);
        }
        for (auto& each : fetch.waiters) {
          auto found = loads_.find(each.load);
          if (found == loads_.end())
            continue;
          auto& load = *found->second;
          --load.missing;
          std::optional<failure> mine;
          if (!outcome) {
            mine = failed_with(here, context, &load, each.importer.get(), outcome.error());
          } else if (failed) {
            mine = *failed;
            tell_chain(*mine, load, each.importer.get());
          } else if (!each.importer) {
            load.root = module;
            mine = enter(here, context, load, module, nullptr, 1);
          } else {
            mine = found_import(here, context, load, *each.importer, each.import, module);
          }
          if (mine) {
            to_send_.clear();
            fail(here, context, each.load, *std::move(mine));
            continue;
          }
          send_fetches(each.load);
          if (load.missing == 0)
            touched.push_back(each.load);
        }
      });
    if (stopped)
      give_up(fetch.waiters, first);
  }
  for (auto id : touched) {
    auto found = loads_.find(id);
    if (found == loads_.end() || found->second->missing != 0 || found->second->queued)
      continue;
    auto stopped = owner_.callback_turn(found->second->limits,
                                        [&](isolate_scope& here, v8::Local<v8::Context> context) {
                                          auto load = loads_.find(id);
                                          if (load != loads_.end())
                                            complete(here, context, *load->second);
                                        });
    if (stopped)
      finish(id);
  }
  share();
}

/// A module has come that another one imports.
std::optional<module_graphs::failure> module_graphs::found_import(
  isolate_scope& here, v8::Local<v8::Context> context, graph_load& load, module_record& importer,
  std::size_t index, const module_hold& module) {
  if (is_linked(here, importer)) // by another load, meanwhile
    return std::nullopt;
  auto& import = importer.imports()[index];
  // With loads of different loaders the first answer holds: they share the importer.
  if (!import.target)
    import.target = module;
  if (import.request.phase == import_phase::source)
    return std::nullopt;
  auto depth = load.visited.at(&importer).depth + 1;
  if (depth > limits_.depth_max)
    return failed_with(here, context, &load, &importer,
                       too_deep(import.target->identifier(), limits_.depth_max));
  return enter(here, context, load, import.target, &importer, depth);
}

/// The time of the graph that has asked is up: the others ask in their own.
void module_graphs::ask_again(pending_fetch& given_up) {
  pending_fetch fetch{.request = given_up.request,
                      .key = given_up.key,
                      .scope = given_up.scope,
                      .carrier = 0,
                      .waiters = {}};
  auto others = std::ranges::stable_partition(
    given_up.waiters, [&](const auto& each) { return each.load == given_up.carrier; });
  std::ranges::move(others, std::back_inserter(fetch.waiters));
  given_up.waiters.erase(others.begin(), others.end());
  if (fetch.waiters.empty())
    return;
  auto id = ++last_fetch_;
  for (const auto& each : fetch.waiters)
    loads_.at(each.load)->asked.push_back(id);
  auto heir = fetch.waiters.front().load;
  fetch.carrier = heir;
  fetch_bytes_ += fetch.key.size();
  fetch.scope->in_flight.emplace(fetch.key, id);
  to_send_.push_back({id, fetch.request});
  fetches_.emplace(id, std::move(fetch));
  send_fetches(heir);
}

/// What came for several was lost when the time of one was over.
void module_graphs::give_up(const std::vector<waiter>& waiters, load_id stopped) {
  finish(stopped);
  for (const auto& each : waiters) {
    auto found = loads_.find(each.load);
    if (found == loads_.end())
      continue;
    owner_.callback_turn(found->second->limits,
                         [&](isolate_scope& here, v8::Local<v8::Context> context) {
                           fail(here, context, each.load,
                                failed_with(here, context, nullptr, nullptr,
                                            {.code = errc::evaluation_lost,
                                             .message = "another run was stopped while it "
                                                        "loaded a module of this graph"}));
                         });
    finish(each.load);
  }
}

// -- linking and evaluating -----------------------------------------------------------------

/// The graph is loaded: links and evaluates it.
void module_graphs::complete(isolate_scope& here, v8::Local<v8::Context> context,
                             graph_load& load) {
  auto id = load.id;
  if (load.what_for != purpose::link && load.phase == import_phase::source) {
    succeed(here, context, load, load.root->source_object(here));
    return;
  }
  std::vector<module_record*> order;
  module_graph graph;
  if (load.what_for == purpose::inspection) {
    order = modules_in_order(*load.root.get());
    graph = describe_graph(here, order);
  }
  {
    v8::TryCatch caught{here.v8()};
    auto linked = link(here, context, *load.root.get());
    if (!linked) {
      if (caught.HasTerminated()) {
        finish(id);
        return;
      }
      if (caught.HasCaught())
        explain_link(here, context, caught);
      auto why = caught.HasCaught()
                   ? caught_failure(here, context, caught, errc::module_link_failed)
                   : failed_with(here, context, &load, nullptr, std::move(linked).error());
      caught.Reset();
      fail(here, context, id, std::move(why));
      return;
    }
  }
  forget_targets(*load.root.get());
  if (load.what_for == purpose::link) {
    succeed(here, context, load, v8::Undefined(here.v8()));
    return;
  }
  if (load.what_for == purpose::inspection) {
    if (!evaluate_each(here, context, load, order, graph))
      return;
    load.report = to_value(graph);
  }
  evaluate(here, context, load);
}

/// Evaluates one module after the other, each when all that it imports has been.
/// @returns false when the load has ended.
bool module_graphs::evaluate_each(isolate_scope& here, v8::Local<v8::Context> context,
                                  graph_load& load, const std::vector<module_record*>& order,
                                  module_graph& graph) {
  auto id = load.id;
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto module = order[i]->module(here);
    if (module->GetStatus() != v8::Module::kInstantiated)
      continue; // with its cycle, or imported for its source only
    v8::TryCatch caught{here.v8()};
    auto begun = std::chrono::steady_clock::now();
    v8::Local<v8::Value> evaluated;
    if (!evaluate_graph(here, context, *order[i]).ToLocal(&evaluated)) {
      if (!caught.HasTerminated() && caught.HasCaught())
        fail(here, context, id, caught_failure(here, context, caught, errc::uncaught_exception));
      return false;
    }
    graph.modules[i].evaluate_time = std::chrono::steady_clock::now() - begun;
    if (!loads_.contains(id))
      return false;
    // The root's tells of a failure; nobody else looks at this one.
    evaluated.As<v8::Promise>()->MarkAsHandled();
    owner_.rejections_->forget(context, evaluated.As<v8::Promise>());
  }
  return true;
}

void module_graphs::evaluate(isolate_scope& here, v8::Local<v8::Context> context,
                             graph_load& load) {
  auto* isolate = here.v8();
  auto id = load.id;
  v8::TryCatch caught{isolate};
  v8::Local<v8::Value> evaluated;
  auto root = load.root; // the evaluation may end the load
  if (auto lost = find_stopped(here, context, *root)) {
    fail(here, context, id, failed_with(here, context, nullptr, nullptr, *std::move(lost)));
    return;
  }
  bool for_host = is_host(load.what_for);
  bool begins = root->module(here)->GetStatus() == v8::Module::kInstantiated;
  if (!evaluate_graph(here, context, *root).ToLocal(&evaluated)) {
    // For a script nothing of it is read: V8 would forget where it was thrown.
    if (!caught.HasTerminated() && caught.HasCaught())
      fail(here, context, id,
           for_host ? caught_failure(here, context, caught, errc::uncaught_exception)
                    : failure{error{}, caught.Exception()});
    else
      finish(id);
    return;
  }
  auto found = loads_.find(id);
  if (found == loads_.end())
    return;
  auto promise = evaluated.As<v8::Promise>();
  if (is_host(found->second->what_for) && promise->State() == v8::Promise::kFulfilled) {
    succeed(here, context, *found->second, root->module(here)->GetModuleNamespace());
    return;
  }
  found->second->evaluated = true;
  found->second->began = begins;
  if (when_settled(context, promise, id, &module_graphs::on_evaluated))
    return;
  if (caught.HasCaught() && !caught.HasTerminated())
    fail(here, context, id, caught_failure(here, context, caught, errc::uncaught_exception));
  else
    finish(id);
}

void module_graphs::on_evaluated(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& owner = environment::of(info.GetIsolate());
  auto& self = *owner.modules_;
  isolate_scope here{owner.isolate_};
  auto context = here.v8()->GetCurrentContext();
  auto [id, fulfilled] = settlement::of(info);
  auto found = self.loads_.find(id);
  if (found == self.loads_.end())
    return;
  if (fulfilled) {
    self.succeed(here, context, *found->second,
                 found->second->root->module(here)->GetModuleNamespace());
    return;
  }
  if (auto* files = owner.file_modules())
    files->explain(here, context, info[0], *found->second->root.get());
  found = self.loads_.find(id); // that was script
  if (found == self.loads_.end())
    return;
  self.fail(here, context, id,
            {is_host(found->second->what_for)
               ? capture_error(here, context, info[0], errc::uncaught_exception, true)
               : error{},
             info[0]});
}

// -- ends -----------------------------------------------------------------------------------

void module_graphs::finish(load_id load) {
  finish(std::vector{load});
}

void module_graphs::finish(const std::vector<load_id>& loads) {
  std::vector<load_id> ended;
  std::vector<fetch_id> asked;
  for (auto load : loads) {
    auto taken = loads_.extract(load);
    if (taken.empty())
      continue;
    ended.push_back(load);
    auto& gone = *taken.mapped();
    if (gone.what_for == purpose::link && gone.root)
      gone.root->linking_ = false;
    if (gone.missing > 0)
      asked.insert(asked.end(), gone.asked.begin(), gone.asked.end());
  }
  std::ranges::sort(asked);
  asked.erase(std::ranges::unique(asked).begin(), asked.end());
  // What others wait for goes on, under a name of theirs.
  std::unordered_map<load_id, std::vector<module_fetch>> inherited;
  for (auto id : asked) {
    auto entry = fetches_.find(id);
    if (entry == fetches_.end())
      continue;
    auto& fetch = entry->second;
    std::erase_if(fetch.waiters,
                  [this](const auto& each) { return !loads_.contains(each.load); });
    if (fetch.waiters.empty()) {
      fetch.scope->in_flight.erase(fetch.key);
      fetch_bytes_ -= fetch.key.size();
      fetches_.erase(entry);
    } else if (!loads_.contains(fetch.carrier)) {
      fetch.carrier = fetch.waiters.front().load;
      inherited[fetch.carrier].push_back({id, fetch.request});
    }
  }
  if (auto thrown = owner_.call_host([&] {
        for (auto& [heir, fetches] : inherited)
          owner_.events_.fetch(heir, loads_.at(heir)->scope->port.id, std::move(fetches));
        for (auto load : ended)
          owner_.events_.fetch_over(load);
      }))
    owner_.report_uncaught(*std::move(thrown), owner_.current_run());
}

void module_graphs::succeed(isolate_scope& here, v8::Local<v8::Context> context, graph_load& load,
                            v8::Local<v8::Value> with) {
  auto* isolate = here.v8();
  auto resolver = load.resolver.Get(isolate);
  bool boxed = is_host(load.what_for);
  if (load.what_for == purpose::inspection
      && !clone_in(here, context, load.report).ToLocal(&with))
    return; // there is no memory, and an exception pending
  finish(load.id);
  if (boxed) {
    v8::Local<v8::Name> key = namespace_key(isolate);
    with = v8::Object::New(isolate, v8::Null(isolate), &key, &with, 1);
  }
  // May look up `then`, which may be the script's own and throw: that rejects.
  resolver->Resolve(context, with).FromMaybe(false);
}

void module_graphs::fail(isolate_scope& here, v8::Local<v8::Context> context, load_id id,
                         failure why) {
  auto found = loads_.find(id);
  if (found == loads_.end())
    return;
  auto& load = *found->second;
  auto request = load.limits.request;
  bool host = load.what_for != purpose::script_import;
  auto resolver = load.resolver.Get(here.v8());
  finish(id);
  // C++ has asked: it is told the error itself, not what a script would see of it.
  if (host && owner_.fail_one(request, why.told))
    return;
  if (host && beginning_) {
    failed_ = std::move(why.told);
    return;
  }
  resolver->Reject(context, why.exception).FromMaybe(false);
}

void module_graphs::cancel_of(request_id request) {
  std::vector<load_id> ended;
  std::vector<module_hold> stopped;
  for (auto& [id, load] : loads_)
    if (load->limits.request == request) {
      ended.push_back(id);
      if (load->evaluated && load->began)
        stopped.push_back(load->root);
    }
  finish(ended);
  if (!stopped.empty())
    tell_of_stopped(stopped);
}

/// Timers and calls of theirs are gone: who waits for the same modules would wait for ever.
void module_graphs::tell_of_stopped(const std::vector<module_hold>& roots) {
  isolate_scope here{owner_.isolate_};
  auto context = owner_.realm_.context(here);
  v8::Context::Scope entered{context};
  for (const auto& root : roots)
    mark_stopped(here, *root);
  std::vector<std::pair<load_id, error>> lost;
  for (auto& [id, load] : loads_)
    if (load->evaluated && is_host(load->what_for))
      if (auto why = find_stopped(here, context, *load->root))
        lost.emplace_back(id, *std::move(why));
  for (auto& [id, why] : lost) {
    auto request = loads_.at(id)->limits.request;
    finish(id);
    owner_.fail_one(request, why);
  }
}

void module_graphs::microtasks_discarded() {
  std::vector<load_id> ended;
  for (auto& [id, load] : loads_)
    if (load->queued)
      ended.push_back(id);
  finish(ended);
}

void module_graphs::clear() {
  std::vector<load_id> ended;
  for (auto& [id, unused] : loads_)
    ended.push_back(id);
  finish(ended);
  auto port = scope_->port;
  scope_ = std::make_shared<module_scope>();
  scope_->port = std::move(port);
  to_share_.clear();
}

void module_graphs::share() {
  if (to_share_.empty())
    return;
  isolate_scope here{owner_.isolate_};
  std::erase_if(to_share_, [&](module_hold& each) {
    v8::HandleScope handles{here.v8()};
    auto status = each->module(here)->GetStatus();
    if (status < v8::Module::kEvaluated)
      return false;
    if (status == v8::Module::kEvaluated && each->cache_->claim())
      if (auto made = make_code_cache(each->to_share_.Get(here.v8())))
        each->cache_->put(std::move(made));
    each->to_share_.Reset();
    return true;
  });
}

// -- failures -------------------------------------------------------------------------------

std::string module_graphs::chain(const graph_load& load, const module_record* from) const {
  constexpr std::size_t shown_max = 20;
  std::string text;
  std::size_t shown = 0;
  while (from != nullptr) {
    if (++shown > shown_max) {
      text += "\n  …";
      break;
    }
    text += fmt::format("\n  imported from {}", from->identifier());
    auto found = load.visited.find(const_cast<module_record*>(from));
    from = found == load.visited.end() ? nullptr : found->second.importer;
  }
  return text;
}

module_graphs::failure module_graphs::failed_with(isolate_scope& here,
                                                  v8::Local<v8::Context> context,
                                                  const graph_load* load,
                                                  const module_record* importer,
                                                  error why) const {
  if (load != nullptr)
    why.message += chain(*load, importer);
  auto exception = make_exception(here, context, why);
  return {std::move(why), exception};
}

module_graphs::failure module_graphs::caught_failure(isolate_scope& here,
                                                     v8::Local<v8::Context> context,
                                                     v8::TryCatch& caught, errc code) const {
  if (!caught.HasCaught() || caught.HasTerminated()) {
    error stopped{.code = errc::evaluation_lost, .message = "the module cannot be made"};
    return {stopped, v8::Undefined(here.v8())};
  }
  auto exception = caught.Exception();
  auto told = capture_error(here, context, caught, code, true);
  return {std::move(told), exception};
}

void module_graphs::tell_chain(failure& what, const graph_load& load,
                               const module_record* importer) const {
  auto text = chain(load, importer);
  // What V8 has thrown keeps its message.
  (what.told.stack.empty() ? what.told.message : what.told.stack) += text;
}

// -- from C++ ---------------------------------------------------------------------------------

result<v8::MaybeLocal<v8::Value>> module_graphs::import(isolate_scope& here,
                                                        v8::Local<v8::Context> context,
                                                        module_request request) {
  return import_for(here, context, purpose::host_import, std::move(request));
}

result<v8::MaybeLocal<v8::Value>> module_graphs::inspect(isolate_scope& here,
                                                         v8::Local<v8::Context> context,
                                                         module_request request) {
  return import_for(here, context, purpose::inspection, std::move(request));
}

result<v8::MaybeLocal<v8::Value>> module_graphs::import_for(isolate_scope& here,
                                                            v8::Local<v8::Context> context,
                                                            purpose what_for,
                                                            module_request request) {
  auto& load = begin(here, context, what_for, scope_);
  auto id = load.id;
  if (load.resolver.IsEmpty()) {
    finish(id);
    return v8::MaybeLocal<v8::Value>{};
  }
  auto promise = load.resolver.Get(here.v8())->GetPromise();
  if (auto failed = find_root(here, context, load, std::move(request))) {
    to_send_.clear();
    finish(id);
    return std::move(failed->told);
  }
  return go_on(here, context, load, promise);
}

result<v8::MaybeLocal<v8::Value>> module_graphs::link(isolate_scope& here,
                                                      v8::Local<v8::Context> context,
                                                      module_hold root, module_port port) {
  auto scope = std::make_shared<module_scope>();
  scope->port = std::move(port);
  scope->modules.emplace(key_of(root->facts().kind, root->identifier()), root);
  auto& load = begin(here, context, purpose::link, std::move(scope));
  auto id = load.id;
  if (load.resolver.IsEmpty()) {
    finish(id);
    return v8::MaybeLocal<v8::Value>{};
  }
  auto promise = load.resolver.Get(here.v8())->GetPromise();
  root->linking_ = true;
  load.root = root;
  if (auto failed = enter(here, context, load, root, nullptr, 1)) {
    to_send_.clear();
    finish(id);
    return std::move(failed->told);
  }
  return go_on(here, context, load, promise);
}

/// Ends the turn in which C++ has asked.
result<v8::MaybeLocal<v8::Value>> module_graphs::go_on(isolate_scope& here,
                                                       v8::Local<v8::Context> context,
                                                       graph_load& load,
                                                       v8::Local<v8::Promise> promise) {
  send_fetches(load.id);
  if (load.missing == 0) {
    failed_.reset();
    beginning_ = true;
    complete(here, context, load);
    beginning_ = false;
    if (failed_)
      return *std::exchange(failed_, {});
  }
  return v8::MaybeLocal<v8::Value>{promise};
}

v8::MaybeLocal<v8::Value> module_graphs::unbox(v8::Local<v8::Context> context,
                                               v8::Local<v8::Value> from) {
  return from.As<v8::Object>()->Get(context, namespace_key(v8::Isolate::GetCurrent()));
}

// -- from scripts ------------------------------------------------------------------------------

v8::MaybeLocal<v8::Promise> module_graphs::on_import(v8::Local<v8::Context> context,
                                                     v8::Local<v8::Data> host_defined_options,
                                                     v8::Local<v8::Value> resource_name,
                                                     v8::Local<v8::String> specifier,
                                                     v8::ModuleImportPhase phase,
                                                     v8::Local<v8::FixedArray> attributes) {
  auto* isolate = v8::Isolate::GetCurrent();
  auto& owner = environment::of(isolate);
  v8::EscapableHandleScope handles{isolate};
  isolate_scope here{owner.isolate_};
  auto calling = context;
  if (auto* vm = owner.vm_machine()) {
    auto main = owner.realm_.context(here);
    auto server = vm->server_of(context, host_defined_options);
    if (server == node_vm::import_server::script) {
      v8::Local<v8::Promise> served;
      if (!vm->import(main, context, host_defined_options, specifier,
                      phase == v8::ModuleImportPhase::kSource, attributes)
             .ToLocal(&served))
        return {};
      return handles.Escape(served);
    }
    if (server == node_vm::import_server::host_in_main)
      context = main;
  }
  module_request request{
    .specifier = to_utf8(isolate, specifier),
    .attributes = read_attributes(here, context, attributes, 2),
    .phase =
      phase == v8::ModuleImportPhase::kSource ? import_phase::source : import_phase::evaluation,
    .referrer = resource_name->IsString() ? to_utf8(isolate, resource_name.As<v8::String>())
                                          : std::string{}};
  v8::Local<v8::Promise> promise;
  if (!owner.modules_->import_from_script(here, context, std::move(request)).ToLocal(&promise)) {
    // V8 ends the process when there is neither a promise nor an exception. A termination may
    // have been taken for one on the way.
    if (!isolate->HasPendingException())
      throw_stopped(isolate);
    return {};
  }
  if (calling != context
      && !owner.vm_machine()->adopt(context, calling, promise).ToLocal(&promise))
    return {};
  return handles.Escape(promise);
}

v8::MaybeLocal<v8::Promise> module_graphs::import_from_script(isolate_scope& here,
                                                              v8::Local<v8::Context> context,
                                                              module_request request) {
  auto* isolate = here.v8();
  if (owner_.ledger_->stopping()) {
    throw_stopped(isolate);
    return {};
  }
  auto& load = begin(here, context, purpose::script_import, scope_);
  auto id = load.id;
  if (load.resolver.IsEmpty()) {
    finish(id);
    return {};
  }
  auto resolver = load.resolver.Get(isolate);
  if (auto failed = find_root(here, context, load, std::move(request))) {
    to_send_.clear();
    finish(id);
    if (resolver->Reject(context, failed->exception).IsNothing())
      return {};
    return resolver->GetPromise();
  }
  send_fetches(id);
  if (load.missing == 0) {
    // Linking and evaluation never happen inside the expression `import()`.
    v8::Local<v8::Function> ready;
    if (!v8::Function::New(context, &module_graphs::on_ready,
                           v8::Number::New(isolate, static_cast<double>(id)), 0,
                           v8::ConstructorBehavior::kThrow)
           .ToLocal(&ready)) {
      finish(id);
      return {};
    }
    load.queued = true;
    context->GetMicrotaskQueue()->EnqueueMicrotask(isolate, ready);
  }
  return resolver->GetPromise();
}

v8::MaybeLocal<v8::Value> module_graphs::require(isolate_scope& here,
                                                 v8::Local<v8::Context> context,
                                                 module_request request) {
  auto* isolate = here.v8();
  auto& load = begin(here, context, purpose::script_import, scope_);
  auto id = load.id;
  auto failed = find_root(here, context, load, std::move(request));
  auto root = load.root;
  to_send_.clear();
  finish(id);
  if (failed) {
    isolate->ThrowException(failed->exception);
    return {};
  }
  if (!may_require(here, context, *root))
    return {};
  {
    v8::TryCatch caught{isolate};
    if (auto linked = link(here, context, *root); !linked) {
      if (!caught.HasCaught())
        isolate->ThrowException(make_exception(here, context, linked.error()));
      else if (!caught.HasTerminated())
        explain_link(here, context, caught);
      caught.ReThrow();
      return {};
    }
  }
  forget_targets(*root);
  auto module = root->module(here);
  if (module->GetStatus() == v8::Module::kErrored) {
    isolate->ThrowException(module->GetException());
    return {};
  }
  if (module->IsGraphAsync())
    return v8::Undefined(isolate).As<v8::Value>();
  if (module->GetStatus() < v8::Module::kEvaluated && is_under_way(here, *root))
    return v8::Null(isolate).As<v8::Value>();
  v8::Local<v8::Value> evaluated;
  if (!evaluate_graph(here, context, *root).ToLocal(&evaluated))
    return {};
  auto promise = evaluated.As<v8::Promise>();
  if (promise->State() == v8::Promise::kRejected) {
    owner_.rejections_->forget(context, promise);
    promise->MarkAsHandled();
    if (auto* files = owner_.file_modules())
      files->explain(here, context, promise->Result(), *root);
    isolate->ThrowException(promise->Result());
    return {};
  }
  return module->GetModuleNamespace();
}

void module_graphs::explain_link(isolate_scope& here, v8::Local<v8::Context> context,
                                 const v8::TryCatch& caught) const {
  if (auto* files = owner_.file_modules())
    files->explain_link(here, context, caught);
}

v8::MaybeLocal<v8::Message> module_graphs::stalled_await(isolate_scope& here) const {
  const graph_load* first = nullptr;
  for (const auto& [id, load] : loads_)
    if (load->root && (first == nullptr || id < first->id))
      first = load.get();
  if (first == nullptr)
    return {};
  auto module = first->root->module(here);
  if (!module->IsSourceTextModule() || module->GetStatus() < v8::Module::kInstantiated)
    return {};
  auto [unused, messages] = module->GetStalledTopLevelAwaitMessages(here.v8());
  if (messages.empty())
    return {};
  return messages.front();
}

/// May all that it imports be linked now? Otherwise an exception is pending.
bool module_graphs::may_require(isolate_scope& here, v8::Local<v8::Context> context,
                                module_record& root) {
  std::vector<module_record*> open{&root};
  std::unordered_set<module_record*> seen{&root};
  while (!open.empty()) {
    auto* record = open.back();
    open.pop_back();
    for (const auto& each : record->imports()) {
      if (!each.target || each.request.phase == import_phase::source)
        continue;
      if (auto* files = owner_.file_modules();
          files != nullptr && !files->may_import(here, context, each, *record))
        return false;
      if (seen.insert(each.target.get()).second)
        open.push_back(each.target.get());
    }
  }
  return true;
}

void module_graphs::on_ready(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& owner = environment::of(info.GetIsolate());
  auto& self = *owner.modules_;
  isolate_scope here{owner.isolate_};
  auto found = self.loads_.find(static_cast<load_id>(info.Data().As<v8::Number>()->Value()));
  if (found == self.loads_.end())
    return;
  found->second->queued = false;
  self.complete(here, here.v8()->GetCurrentContext(), *found->second);
}

} // namespace troupe::js
