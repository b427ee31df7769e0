#pragma once

#include "runtime/isolate.hpp"
#include "troupe/error.hpp"

#include <v8-context.h>
#include <v8-script.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::js {

/// A module in the graph of those that import each other, as far as it must be known beside
/// V8: there, recursions over graphs do not look at the stack, and some wrong moves end the
/// process.
///
/// Threads:  the isolate's.
class module_node {
public:
  virtual ~module_node() = default;
  module_node(const module_node&) = delete;
  module_node& operator=(const module_node&) = delete;

  [[nodiscard]] virtual v8::Local<v8::Module> module(isolate_scope& here) const = 0;

  /// For messages.
  [[nodiscard]] virtual std::string name(isolate_scope& here) const = 0;

protected:
  module_node() = default;

private:
  /// What it imports for evaluation, as far as it is there. Asked before V8 links it; from then
  /// on they live as long as this one.
  virtual void find_targets(isolate_scope& here, std::vector<module_node*>& into) = 0;

  friend std::size_t measure_height(isolate_scope&, module_node&);
  friend v8::MaybeLocal<v8::Value> evaluate_graph(isolate_scope&, v8::Local<v8::Context>,
                                                  module_node&);
  friend bool instantiate_graph(isolate_scope&, v8::Local<v8::Context>, module_node&,
                                v8::Module::ResolveModuleCallback,
                                v8::Module::ResolveSourceCallback);
  friend void mark_stopped(isolate_scope&, module_node&);
  friend std::optional<error> find_stopped(isolate_scope&, v8::Local<v8::Context>, module_node&);
  friend bool is_under_way(isolate_scope&, module_node&);
  static bool is_running(isolate_scope& here, module_node& root);
  static std::vector<module_node*> reach(isolate_scope& here, module_node& root);
  static std::vector<module_node*> unlinked(isolate_scope& here, module_node& root);
  [[nodiscard]] module_node* find_errored(isolate_scope& here) const;

  std::vector<module_node*> targets_{};
  std::size_t height_ = 1; // known once it is linked
  bool stopped_ = false;   // with an evaluation that it belonged to; it may have ended before
  /// The modules of its cycle, itself among them; null: it is in none.
  std::shared_ptr<const std::vector<module_node*>> cycle_{};
  /// While a graph is walked.
  struct {
    std::size_t index = 0; ///< In the order of discovery, from 1; 0: not met.
    std::size_t low = 0;
    std::size_t below = 0; ///< The greatest height of what it imports.
    bool open = false;
  } walked_{};
};

/// How many modules, the root among them, may import each other in a row from there on,
/// counting all modules of a cycle. Whoever links a graph measures it before.
[[nodiscard]] std::size_t measure_height(isolate_scope& here, module_node& root);

/// `Module::InstantiateModule`, of all that the root imports: V8 may have been stopped in the
/// middle of a cycle before. @returns false with an exception pending, or stopped.
[[nodiscard]] bool instantiate_graph(isolate_scope& here, v8::Local<v8::Context> context,
                                     module_node& root, v8::Module::ResolveModuleCallback resolve,
                                     v8::Module::ResolveSourceCallback resolve_source);

/// The evaluation of the graph was stopped; what it waits for may never come.
void mark_stopped(isolate_scope& here, module_node& root);

/// Does the module, or one that it imports, wait for ever for what was stopped?
[[nodiscard]] std::optional<error> find_stopped(isolate_scope& here,
                                                v8::Local<v8::Context> context,
                                                module_node& root);
/// Is it being evaluated, or would its evaluation need a module that is?
[[nodiscard]] bool is_under_way(isolate_scope& here, module_node& root);

/// `Module::Evaluate`, where V8 can do it. Empty with an exception pending.
[[nodiscard]] v8::MaybeLocal<v8::Value> evaluate_graph(isolate_scope& here,
                                                       v8::Local<v8::Context> context,
                                                       module_node& root);

} // namespace troupe::js
