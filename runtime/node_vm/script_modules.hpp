#pragma once

#include "runtime/isolate.hpp"
#include "runtime/module_node.hpp"

#include <v8-function.h>
#include <v8-persistent-handle.h>
#include <v8-script.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::js::node_vm {

/// The modules that scripts have made (`vm.SourceTextModule`, `vm.SyntheticModule`), by what
/// V8 knows them by; and who serves their `import()`.
///
/// An object of theirs lives as long as the script or its module's code reaches it; what
/// is here holds neither.
///
/// Threads: the isolate's.
class script_modules {
public:
  explicit script_modules(isolate& owner) : owner_(owner) {
  }

  ~script_modules();

  script_modules(const script_modules&) = delete;
  script_modules& operator=(const script_modules&) = delete;

  void add(v8::Local<v8::Module> module, v8::Local<v8::Object> object);

  /// One of ours, whose object lives, in the graph of those that import each other.
  [[nodiscard]] module_node& node_of(v8::Local<v8::Module> module) const;

  /// What it imports for evaluation. All are ours; its object holds those of the targets.
  void set_targets(v8::Local<v8::Module> module, const v8::LocalVector<v8::Module>& targets);

  /// The object of a module; empty when it is none of ours.
  [[nodiscard]] v8::MaybeLocal<v8::Object> find(v8::Local<v8::Module> module) const;

  [[nodiscard]] std::size_t size() const noexcept {
    return entries_.size();
  }

  /// `(promise, symbol, specifier, source phase?, attributes)`: settles the promise, of what
  /// import() gives.
  void set_import_server(v8::Local<v8::Function> server) {
    server_.Reset(owner_.v8(), server);
  }

  [[nodiscard]] v8::Local<v8::Function> import_server() const {
    return server_.Get(owner_.v8());
  }

  /// The symbol for `vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER`.
  void set_default_loader(v8::Local<v8::Symbol> symbol) {
    default_loader_.Reset(owner_.v8(), symbol);
  }

  [[nodiscard]] bool is_default_loader(v8::Local<v8::Value> symbol) const {
    return default_loader_ == symbol;
  }

  /// The realm is replaced.
  void clear();

  /// Where the object of a module keeps its URL.
  static constexpr int url_field = 1;

private:
  struct entry final : module_node {
    [[nodiscard]] v8::Local<v8::Module> module(isolate_scope& here) const override {
      return handle.Get(here.v8());
    }

    [[nodiscard]] std::string name(isolate_scope& here) const override;

    void find_targets(isolate_scope&, std::vector<module_node*>& into) override {
      into.assign(targets.begin(), targets.end());
    }

    script_modules* home = nullptr;
    int hash = 0;
    v8::Global<v8::Module> handle; // weak, as the object
    v8::Global<v8::Object> object; // weak
    std::vector<entry*> targets;
  };

  [[nodiscard]] entry* find_entry(v8::Local<v8::Module> module) const;

  void forget(entry& gone);

  isolate& owner_;
  std::unordered_multimap<int, std::unique_ptr<entry>> entries_;
  v8::Global<v8::Function> server_;
  v8::Global<v8::Symbol> default_loader_;
};

} // namespace troupe::js::node_vm
