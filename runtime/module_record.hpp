#pragma once

#include "runtime/isolate.hpp"
#include "runtime/module_node.hpp"
#include "runtime/module_text.hpp"
#include "troupe/module_source.hpp"
#include "troupe/value.hpp"

#include <v8-function.h>
#include <v8-persistent-handle.h>
#include <v8-script.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe::js {

class module_record;
class module_registry;

/// Keeps a module alive from outside V8's heap. Without one, a record lives as long as
/// scripts can reach its module.
class module_hold {
public:
  module_hold() = default;
  explicit module_hold(module_record* record);

  module_hold(module_hold&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {
  }

  module_hold(const module_hold& other) : module_hold(other.record_) {
  }

  module_hold& operator=(module_hold other) noexcept {
    std::swap(record_, other.record_);
    return *this;
  }

  ~module_hold();

  [[nodiscard]] module_record* get() const noexcept {
    return record_;
  }

  [[nodiscard]] module_record& operator*() const noexcept {
    return *record_;
  }

  module_record* operator->() const noexcept {
    return record_;
  }

  explicit operator bool() const noexcept {
    return record_ != nullptr;
  }

private:
  module_record* record_ = nullptr;
};

/// An import of a module, as it stands in its source.
struct module_import {
  module_request request;
  int offset = -1;      ///< Where in the source, in characters; -1: nowhere.
  module_hold target{}; ///< Once it is loaded, until V8 has linked the importer.
};

/// What a record is made with.
struct module_facts {
  std::string identifier;
  module_kind kind = module_kind::javascript;
  std::size_t size = 0; ///< Bytes of the source.
  std::chrono::nanoseconds compile_time{0};
  std::vector<module_import> imports{};
};

/// A module of a realm: V8's (https://tc39.es/ecma262/#sec-abstract-module-records), and
/// what only its host knows.
///
/// Threads:  the isolate's.
/// Lifetime: the registry's; ends when V8 has collected the module.
class module_record final : public module_node {
public:
  module_record(module_registry& home, module_facts facts)
    : home_(home), facts_(std::move(facts)) {
  }

  [[nodiscard]] const std::string& identifier() const noexcept {
    return facts_.identifier;
  }

  [[nodiscard]] const module_facts& facts() const noexcept {
    return facts_;
  }

  [[nodiscard]] std::vector<module_import>& imports() noexcept {
    return facts_.imports;
  }

  [[nodiscard]] v8::Local<v8::Module> module(isolate_scope& here) const override {
    return module_.Get(here.v8());
  }

  [[nodiscard]] std::string name(isolate_scope&) const override {
    return identifier();
  }

  /// What `import source` gives; empty when the module has no source phase.
  [[nodiscard]] v8::Local<v8::Object> source_object(isolate_scope& here) const {
    return source_object_.Get(here.v8());
  }

  /// How long compiling took.
  void took(std::chrono::nanoseconds time) noexcept {
    facts_.compile_time = time;
  }

  /// It stands for a source of another kind than its code.
  void became(module_kind kind, std::size_t size) noexcept {
    facts_.kind = kind;
    facts_.size = size;
  }

  /// V8 has linked the module, and keeps what it imports: we need not.
  void linked();

  /// The import that V8 asks for when it links.
  [[nodiscard]] module_import* find_import(isolate_scope& here, v8::Local<v8::String> specifier,
                                           v8::Local<v8::FixedArray> attributes,
                                           import_phase phase);

  /// Its evaluation leaves that export alone: it was set before.
  void forget_export(isolate_scope& here, v8::Local<v8::String> name);

  // -- of those who make, load and evaluate modules ------------------------------

  struct export_value {
    v8::Global<v8::String> name;
    v8::Global<v8::Value> item;
  };

  v8::Global<v8::Object> source_object_{};
  /// Of a module without a source text: what its evaluation sets.
  std::vector<export_value> exports_{};
  /// Gives them when it is evaluated, of those that a script makes (script_modules).
  v8::Global<v8::Function> evaluator_{};
  /// Beyond the URL, what `import.meta` gets.
  std::vector<value::member> meta_{};
  /// Of a facade for WebAssembly.
  bool instantiates_wasm_ = false;
  /// The identifier is a URL that scripts may see.
  bool has_url_ = false;
  /// Its own link was asked for: `module_status::linking`.
  bool linking_ = false;
  /// Until its code cache is made.
  v8::Global<v8::UnboundModuleScript> to_share_{};
  std::shared_ptr<shared_code_cache> cache_{};
  sha256_digest digest_{}; ///< Of the source, for sealed caches.
  std::optional<bool> cached_data_rejected_{};

private:
  friend class module_hold;
  friend class module_registry;

  void find_targets(isolate_scope& here, std::vector<module_node*>& into) override;

  module_registry& home_;
  module_facts facts_;
  v8::Global<v8::Module> module_; // weak while nobody holds it
  int hash_ = 0;
  std::size_t holds_ = 0;
  std::size_t held_by_imports_ = 0; // while cycles are looked for
  bool reached_ = false;            // the same
  std::size_t next_import_ = 0;
};

/// All modules of an isolate that are alive.
///
/// Threads:  the isolate's.
/// Lifetime: must end before its isolate; holds before it.
class module_registry {
public:
  module_registry() = default;
  ~module_registry();

  module_registry(const module_registry&) = delete;
  module_registry& operator=(const module_registry&) = delete;

  /// Enters a module that V8 has made.
  module_hold add(isolate_scope& here, v8::Local<v8::Module> module, module_facts facts);

  /// Null when it is none of ours.
  [[nodiscard]] module_record* find(isolate_scope& here, v8::Local<v8::Module> module) const;

  /// Forgets those that V8 has collected, and now and then lets go of modules that are only
  /// held by each other. (Linked ones hold each other inside V8, which sees that.)
  void bury();

  [[nodiscard]] std::size_t size() const noexcept {
    return records_.size();
  }

private:
  friend class module_hold;

  void release(module_record& record);
  void break_cycles();

  std::unordered_multimap<int, std::unique_ptr<module_record>> records_; // by V8's hash
  std::vector<module_record*> dead_;
  std::size_t look_for_cycles_at_ = 32;
};

} // namespace troupe::js
