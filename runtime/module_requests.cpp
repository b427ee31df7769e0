#include "runtime/module_requests.hpp"

#include "runtime/environment.hpp"
#include "runtime/error_capture.hpp"
#include "runtime/module_compiler.hpp"
#include "runtime/module_graphs.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>

#include <utility>

namespace troupe::js {

namespace {

constexpr std::string_view status_names[]{"unlinked",   "linking",   "linked",
                                          "evaluating", "evaluated", "errored"};

module_status status_of(isolate_scope& here, const module_record& record) {
  auto module = record.module(here);
  switch (module->GetStatus()) {
    case v8::Module::kUninstantiated:
    case v8::Module::kInstantiating:
      return record.linking_ ? module_status::linking : module_status::unlinked;
    case v8::Module::kInstantiated:
      return module_status::linked;
    case v8::Module::kEvaluating:
      return module_status::evaluating;
    case v8::Module::kEvaluated:
      return module_status::evaluated;
    case v8::Module::kErrored:
      break;
  }
  return module_status::errored;
}

error wrong_status(const module_record& record, module_status is, std::string_view wanted) {
  return {.code = errc::module_status,
          .message =
            fmt::format("the status of module '{}' must be {}; it is {}", record.identifier(),
                        wanted, status_names[static_cast<std::size_t>(is)])};
}

value to_value(const std::vector<import_attribute>& from) {
  std::vector<value> attributes;
  for (const auto& [key, item] : from) {
    attributes.emplace_back(key);
    attributes.emplace_back(item);
  }
  return value::array(std::move(attributes));
}

std::vector<import_attribute> to_attributes(const value& from) {
  std::vector<import_attribute> attributes;
  for (std::size_t i = 0; i + 1 < from.size(); i += 2)
    attributes.push_back({from[i].as<std::string>(), from[i + 1].as<std::string>()});
  return attributes;
}

import_phase to_phase(const value& is_source) {
  return is_source.as<bool>() ? import_phase::source : import_phase::evaluation;
}

value to_value(const module_request& from) {
  return value::object({{"specifier", from.specifier},
                        {"attributes", to_value(from.attributes)},
                        {"source_phase", from.phase == import_phase::source},
                        {"referrer", from.referrer}});
}

module_request to_module_request(const value& from) {
  return {.specifier = from["specifier"].as<std::string>(),
          .attributes = to_attributes(from["attributes"]),
          .phase = to_phase(from["source_phase"]),
          .referrer = from["referrer"].as<std::string>()};
}

value milliseconds(std::chrono::nanoseconds time) {
  return value{std::chrono::duration<double, std::milli>(time).count()};
}

std::chrono::nanoseconds to_time(const value& milliseconds) {
  return std::chrono::round<std::chrono::nanoseconds>(
    std::chrono::duration<double, std::milli>(milliseconds.as<double>()));
}

} // namespace

value to_value(const module_description& from) {
  std::vector<value> requests;
  for (const auto& each : from.requests)
    requests.push_back(to_value(each));
  return value::object({{"module", from.module},
                        {"identifier", from.identifier},
                        {"requests", value::array(std::move(requests))},
                        {"has_top_level_await", from.has_top_level_await},
                        {"cached_data_rejected", from.cached_data_rejected}});
}

module_description to_module_description(const value& from) {
  module_description made{.module = from["module"],
                          .identifier = from["identifier"].as<std::string>(),
                          .requests = {},
                          .has_top_level_await = from["has_top_level_await"].as<bool>(),
                          .cached_data_rejected =
                            from["cached_data_rejected"].as<std::optional<bool>>()};
  auto requests = from["requests"];
  for (std::size_t i = 0; i < requests.size(); ++i)
    made.requests.push_back(to_module_request(requests[i]));
  return made;
}

value to_value(const module_graph& from) {
  std::vector<value> modules;
  for (const auto& each : from.modules) {
    std::vector<value> imports;
    for (const auto& import : each.imports)
      imports.push_back(value::object({{"specifier", import.specifier},
                                       {"attributes", to_value(import.attributes)},
                                       {"source_phase", import.phase == import_phase::source},
                                       {"target", static_cast<double>(import.target)}}));
    modules.push_back(value::object({{"identifier", each.identifier},
                                     {"kind", static_cast<int>(each.kind)},
                                     {"size", static_cast<double>(each.size)},
                                     {"compile_ms", milliseconds(each.compile_time)},
                                     {"evaluate_ms", milliseconds(each.evaluate_time)},
                                     {"has_top_level_await", each.has_top_level_await},
                                     {"imports", value::array(std::move(imports))}}));
  }
  return value::array(std::move(modules));
}

module_graph to_module_graph(const value& from) {
  module_graph graph;
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto each = from[i];
    graph_module shown{.identifier = each["identifier"].as<std::string>(),
                       .kind = static_cast<module_kind>(each["kind"].as<int>()),
                       .size = static_cast<std::size_t>(each["size"].as<double>()),
                       .compile_time = to_time(each["compile_ms"]),
                       .evaluate_time = to_time(each["evaluate_ms"]),
                       .has_top_level_await = each["has_top_level_await"].as<bool>()};
    auto imports = each["imports"];
    for (std::size_t j = 0; j < imports.size(); ++j)
      shown.imports.push_back(
        {.specifier = imports[j]["specifier"].as<std::string>(),
         .attributes = to_attributes(imports[j]["attributes"]),
         .phase = to_phase(imports[j]["source_phase"]),
         .target = static_cast<std::size_t>(imports[j]["target"].as<double>())});
    graph.modules.push_back(std::move(shown));
  }
  return graph;
}

void module_requests::inspect(request_id request, const module_request& what,
                              const run_options& options) {
  evaluate_graph(request, options, [&](isolate_scope& here, v8::Local<v8::Context> context) {
    return owner_.modules_->inspect(here, context, what);
  });
}

void module_requests::import(request_id request, const module_request& what,
                             const run_options& options) {
  evaluate_graph(request, options, [&](isolate_scope& here, v8::Local<v8::Context> context) {
    return owner_.modules_->import(here, context, what);
  });
}

void module_requests::evaluate_graph(request_id request, const run_options& options,
                                     graph_body body) {
  owner_.evaluate(
    request, std::string{}, options, true,
    [&](isolate_scope& here, v8::Local<v8::Context> context, const v8::TryCatch&) {
      return body(here, context);
    },
    true);
  owner_.modules_->share();
}

void module_requests::answer_about(request_id request, const value& module, module_body body) {
  owner_.answer_in_turn(
    request, [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
      auto found = owner_.exchange_.find_module(here, module);
      if (!found)
        return std::move(found).error();
      return body(here, context, **found);
    });
}

void module_requests::define(request_id request, const module_definition& what) {
  owner_.answer_in_turn(
    request, [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
      auto& graphs = *owner_.modules_;
      auto& registry = owner_.isolate_.modules();
      const auto& options = what.options;
      auto identifier =
        options.identifier.empty() ? graphs.next_identifier() : options.identifier;
      v8::TryCatch caught{here.v8()};
      auto made = what.synthetic
                    ? make_synthetic_module(here, context, registry, identifier, what.exports)
                    : compile_module(here, context, registry,
                                     {.identifier = identifier,
                                      .code = what.code,
                                      .line_offset = options.line_offset,
                                      .column_offset = options.column_offset,
                                      .cached_data = options.cached_data});
      if (!made)
        return capture_error(here, context, caught,
                             what.synthetic ? errc::clone_failed : errc::syntax_error, true);
      made->meta_ = options.import_meta;
      std::vector<module_request> requests;
      for (const auto& each : made->imports())
        requests.push_back(each.request);
      if (!what.synthetic)
        made->digest_ = digest_of(source_kind::module, what.code);
      auto rejected = made->cached_data_rejected_;
      bool waits = !what.synthetic && made->module(here)->HasTopLevelAwait();
      return to_value(module_description{.module = owner_.exchange_.leases().add(std::move(made)),
                                         .identifier = std::move(identifier),
                                         .requests = std::move(requests),
                                         .has_top_level_await = waits,
                                         .cached_data_rejected = rejected});
    });
}

void module_requests::link(request_id request, const value& module, module_port port,
                           const run_options& options) {
  owner_.evaluate(
    request, std::string{}, options, true,
    [&](isolate_scope& here, v8::Local<v8::Context> context,
        const v8::TryCatch&) -> result<v8::MaybeLocal<v8::Value>> {
      auto found = owner_.exchange_.find_module(here, module);
      if (!found)
        return std::move(found).error();
      auto status = status_of(here, **found);
      if (status != module_status::unlinked)
        return error{.code = errc::module_already_linked,
                     .message = fmt::format("Module '{}' has already been linked; it is {}",
                                            (*found)->identifier(),
                                            status_names[static_cast<std::size_t>(status)])};
      return owner_.modules_->link(here, context, *std::move(found), std::move(port));
    });
}

void module_requests::link_requests(request_id request, const value& module,
                                    const std::vector<value>& targets) {
  answer_about(
    request, module,
    [&](isolate_scope& here, v8::Local<v8::Context>, module_record& record) -> result<value> {
      if (auto status = status_of(here, record); status != module_status::unlinked)
        return wrong_status(record, status, "unlinked");
      auto& imports = record.imports();
      if (targets.size() != imports.size())
        return error{.code = errc::module_link_mismatch,
                     .message = fmt::format("module '{}' has {} requests; {} modules were given",
                                            record.identifier(), imports.size(), targets.size())};
      std::vector<module_hold> modules;
      for (const auto& each : targets) {
        auto target = owner_.exchange_.find_module(here, each);
        if (!target)
          return std::move(target).error();
        modules.push_back(*std::move(target));
      }
      for (std::size_t i = 0; i < imports.size(); ++i)
        imports[i].target = std::move(modules[i]);
      return value{};
    });
}

void module_requests::instantiate(request_id request, const value& module) {
  answer_about(request, module,
               [&](isolate_scope& here, v8::Local<v8::Context> context,
                   module_record& record) -> result<value> {
                 v8::TryCatch caught{here.v8()};
                 auto linked = owner_.modules_->link(here, context, record);
                 if (linked) {
                   forget_targets(record);
                   return value{};
                 }
                 if (caught.HasCaught() && !caught.HasTerminated())
                   return capture_error(here, context, caught, errc::module_link_failed, true);
                 return std::move(linked).error();
               });
}

void module_requests::evaluate(request_id request, const value& module,
                               const run_options& options) {
  auto how = options;
  how.take = take_as::nothing;
  owner_.evaluate(request, std::string{}, how, true,
                  [&](isolate_scope& here, v8::Local<v8::Context> context,
                      const v8::TryCatch&) -> result<v8::MaybeLocal<v8::Value>> {
                    auto found = owner_.exchange_.find_module(here, module);
                    if (!found)
                      return std::move(found).error();
                    auto status = status_of(here, **found);
                    if (status < module_status::linked)
                      return wrong_status(**found, status, "linked, evaluated or errored");
                    if (auto lost = find_stopped(here, context, **found))
                      return *std::move(lost);
                    return js::evaluate_graph(here, context, **found);
                  });
}

void module_requests::describe(request_id request, const value& module) {
  answer_about(request, module,
               [&](isolate_scope& here, v8::Local<v8::Context> context,
                   module_record& record) -> result<value> {
                 auto status = status_of(here, record);
                 auto handle = record.module(here);
                 value thrown;
                 if (status == module_status::errored) {
                   auto copy = clone_out(here, context, handle->GetException());
                   if (copy)
                     thrown = *std::move(copy);
                 }
                 // V8 asks for it only of linked modules.
                 value is_async;
                 if (status >= module_status::linked && status != module_status::errored)
                   is_async = value{handle->IsGraphAsync()};
                 return value::object({{"status", static_cast<int>(status)},
                                       {"error", std::move(thrown)},
                                       {"has_async_graph", std::move(is_async)}});
               });
}

void module_requests::take_namespace(request_id request, const value& module, take_as how) {
  answer_about(request, module,
               [&](isolate_scope& here, v8::Local<v8::Context> context,
                   module_record& record) -> result<value> {
                 auto status = status_of(here, record);
                 if (status < module_status::linked)
                   return wrong_status(record, status,
                                       "linked, evaluating, evaluated or errored");
                 return owner_.exchange_.take(
                   here, context, record.module(here)->GetModuleNamespace(), how, true);
               });
}

void module_requests::get_export(request_id request, const value& module, const std::string& name,
                                 take_as how) {
  answer_about(
    request, module,
    [&](isolate_scope& here, v8::Local<v8::Context> context,
        module_record& record) -> result<value> {
      auto status = status_of(here, record);
      if (status < module_status::linked)
        return wrong_status(record, status, "linked, evaluating, evaluated or errored");
      auto exports = record.module(here)->GetModuleNamespace().As<v8::Object>();
      v8::TryCatch caught{here.v8()};
      v8::Local<v8::String> key;
      v8::Local<v8::Value> item;
      bool has = false;
      // One that is not initialised throws.
      if (to_v8_string(here.v8(), name).ToLocal(&key)
          && !exports->HasOwnProperty(context, key).To(&has))
        return capture_error(here, context, caught, errc::uncaught_exception, true);
      if (!has)
        return error{.code = errc::invalid_argument,
                     .message =
                       fmt::format("module '{}' has no export '{}'", record.identifier(), name)};
      if (!exports->Get(context, key).ToLocal(&item))
        return capture_error(here, context, caught, errc::uncaught_exception, true);
      return owner_.exchange_.take_export(here, context, item, how);
    });
}

void module_requests::set_export(request_id request, const value& module, const std::string& name,
                                 const value& item) {
  answer_about(
    request, module,
    [&](isolate_scope& here, v8::Local<v8::Context> context,
        module_record& record) -> result<value> {
      auto handle = record.module(here);
      if (!handle->IsSyntheticModule())
        return error{.code = errc::invalid_argument,
                     .message = fmt::format("'{}' is no synthetic module", record.identifier())};
      auto status = status_of(here, record);
      if (status < module_status::linked)
        return wrong_status(record, status, "linked");
      auto made = clone_in_or_why(here, context, item);
      if (!made)
        return std::move(made).error();
      v8::Local<v8::String> key;
      v8::TryCatch caught{here.v8()};
      if (!to_v8_string(here.v8(), name).ToLocal(&key)
          || handle->SetSyntheticModuleExport(here.v8(), key, *made).IsNothing())
        return error{.code = errc::invalid_argument,
                     .message =
                       fmt::format("module '{}' has no export '{}'", record.identifier(), name)};
      // Its evaluation would set the old one.
      record.forget_export(here, key);
      return value{};
    });
}

void module_requests::create_cached_data(request_id request, const value& module) {
  answer_about(
    request, module,
    [&](isolate_scope& here, v8::Local<v8::Context>, module_record& record) -> result<value> {
      auto handle = record.module(here);
      if (!handle->IsSourceTextModule())
        return error{.code = errc::invalid_argument,
                     .message = fmt::format("'{}' has no source text", record.identifier())};
      if (status_of(here, record) >= module_status::evaluating)
        return error{.code = errc::module_not_cacheable,
                     .message = "Cached data cannot be created for a module which has been "
                                "evaluated"};
      auto cache = make_code_cache(handle->GetUnboundModuleScript());
      if (!cache)
        return error{.code = errc::invalid_argument,
                     .message = "V8 makes no code cache of this module"};
      return value::bytes(seal(record.digest_, *cache));
    });
}

void module_requests::fetched(std::vector<fetched_module> modules) {
  owner_.modules_->fetched(std::move(modules));
}

} // namespace troupe::js
