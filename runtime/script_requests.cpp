#include "runtime/script_requests.hpp"

#include "runtime/environment.hpp"
#include "runtime/error_capture.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace troupe::js {

namespace {

// V8 keeps the number in 16 bits.
constexpr std::size_t function_parameters_max = 65'534;
// V8 looks through them by recursion, without a look at the stack.
constexpr std::size_t function_extensions_max = 256;

} // namespace

/// Makes the code cache of a script that has just run, for other contexts. Nobody
/// waits for it, except those who ask this context next.
void script_requests::share(const script_source& source) {
  if (!source.cache || source.code.size() < shared_code_cache::source_size_min)
    return;
  isolate_scope here{owner_.isolate_};
  compiled_.share(here, source.id, *source.cache);
}

void script_requests::run(request_id request, const script_source& source,
                          const run_options& options) {
  bool display = source.options.display_errors;
  bool from_source = false;
  bool went_through = owner_.evaluate(
    request, source.options.filename, options, display,
    [&](isolate_scope& here, v8::Local<v8::Context> context,
        const v8::TryCatch& caught) -> result<v8::MaybeLocal<v8::Value>> {
      auto compiled = compiled_.compile(here, context, source);
      if (!compiled) {
        if (caught.HasCaught() && !caught.HasTerminated())
          return capture_error(here, context, caught, errc::syntax_error, display);
        return v8::MaybeLocal<v8::Value>{};
      }
      from_source = compiled->from_source;
      auto last = compiled->script->Run(context);
      if (!last.IsEmpty() && source.id != 0 && !compiled->reused)
        compiled_.completed(here, source.id, compiled->script);
      return last;
    });
  if (from_source && went_through)
    share(source);
}

void script_requests::answer_about(request_id request, const script_source& source,
                                   script_body body) {
  owner_.answer_in_turn(
    request, [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
      v8::TryCatch caught{here.v8()};
      auto compiled = compiled_.compile(here, context, source);
      if (!compiled)
        return capture_error(here, context, caught, errc::syntax_error,
                             source.options.display_errors);
      return body(here, compiled->script->GetUnboundScript());
    });
}

void script_requests::compile(request_id request, const script_source& source) {
  answer_about(request, source,
               [&](isolate_scope& here, v8::Local<v8::UnboundScript> script) -> result<value> {
                 auto map = script->GetSourceMappingURL();
                 compile_facts facts;
                 if (source.cache)
                   facts.cached_data_rejected = source.cache->brought_rejected();
                 if (map->IsString())
                   facts.source_map_url = to_utf8(here.v8(), map.As<v8::String>());
                 return to_value(facts);
               });
}

void script_requests::compile_function(request_id request, const function_source& source) {
  // V8 checks neither: it crashes.
  if (source.parameters.size() > function_parameters_max
      || source.extensions.size() > function_extensions_max) {
    owner_.events_.answer(
      request, error{.code = errc::invalid_argument,
                     .message = fmt::format(
                       "function_options: at most {} parameters and {} context_extensions; "
                       "they are {} and {}",
                       function_parameters_max, function_extensions_max, source.parameters.size(),
                       source.extensions.size())});
    return;
  }
  owner_.answer_in_turn(
    request, [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
      v8::TryCatch caught{here.v8()};
      std::vector<v8::Local<v8::Object>> extensions;
      for (const auto& extension : source.extensions) {
        auto made = clone_in_or_why(here, context, extension);
        if (!made)
          return std::move(made).error();
        if (!(*made)->IsObject() || (*made)->IsProxy())
          return error{.code = errc::invalid_argument,
                       .message = "function_options::context_extensions must be plain "
                                  "objects"};
        extensions.push_back(made->As<v8::Object>());
      }
      if (auto made = js::compile_function(here, context, source, extensions))
        return value::object(
          {{"function", owner_.exchange_.leases().add(here, made->function, made->digest)},
           {"cached_data_rejected", made->cached_data_rejected}});
      if (caught.HasCaught())
        return capture_error(here, context, caught, errc::syntax_error,
                             source.options.display_errors);
      return error{.code = errc::invalid_argument,
                   .message = fmt::format("function_options::parameters must be "
                                          "identifiers; they are '{}'",
                                          fmt::join(source.parameters, ", "))};
    });
}

void script_requests::create_function_cache(request_id request, const value& function) {
  owner_.answer_in_turn(
    request, [&](isolate_scope& here, v8::Local<v8::Context> context) -> result<value> {
      auto object = owner_.exchange_.find_object(here, context, function);
      if (!object)
        return std::move(object).error();
      auto held = lease_of(function);
      auto digest = held ? owner_.exchange_.leases().find(here, *held).digest : std::nullopt;
      if (!digest)
        return error{.code = errc::invalid_argument,
                     .message = "only functions made by compile_function have a code cache of "
                                "their own"};
      auto cache = make_code_cache(object->As<v8::Function>());
      if (!cache)
        return error{.code = errc::invalid_argument,
                     .message = "V8 makes no code cache of a function with asm.js in it"};
      return value::bytes(seal(*digest, *cache));
    });
}

void script_requests::create_cached_data(request_id request, const script_source& source) {
  answer_about(
    request, source, [&](isolate_scope&, v8::Local<v8::UnboundScript> script) -> result<value> {
      auto cache = make_code_cache(script);
      if (!cache)
        return error{.code = errc::invalid_argument,
                     .message = "V8 makes no code cache of a script with asm.js in it"};
      return value::bytes(seal(digest_of(source_kind::script, source.code), *cache));
    });
}

} // namespace troupe::js
