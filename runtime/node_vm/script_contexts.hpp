#pragma once

#include "runtime/isolate.hpp"
#include "runtime/node_vm/contextified_global.hpp"

#include <v8-context.h>
#include <v8-microtask-queue.h>
#include <v8-persistent-handle.h>

#include <list>
#include <memory>
#include <string>

namespace troupe::js::node_vm {

/// What a context is made with (`vm.createContext`).
struct context_wish {
  /// Becomes the face of its global object; empty: it gets an ordinary global
  /// (`vm.constants.DONT_CONTEXTIFY`).
  v8::Local<v8::Object> contextified{};
  std::string name{};
  std::string origin{};
  bool strings = true;
  bool wasm = true;
  bool own_microtask_queue = false;
  /// Stands for its `importModuleDynamically`; may be empty.
  v8::Local<v8::Symbol> import_callback{};
};

/// The contexts that scripts of one realm have made: further realms of the same isolate.
///
/// A context lives as long as its object, or anything made in it, is reachable; the
/// object and its context hold each other, and nothing here holds either.
///
/// Threads:  the isolate's.
/// Lifetime: ends before the isolate; `retire` ends the contexts themselves.
class script_contexts {
  struct entry;

public:
  explicit script_contexts(isolate& owner) : owner_(owner) {
  }

  ~script_contexts();

  script_contexts(const script_contexts&) = delete;
  script_contexts& operator=(const script_contexts&) = delete;

  /// For the realm that makes them, before any script ran in it.
  [[nodiscard]] bool prepare(isolate_scope& here, v8::Local<v8::Context> main);

  /// @returns the contextified object, or the ordinary global; empty when V8 cannot,
  /// with or without an exception.
  [[nodiscard]] v8::MaybeLocal<v8::Object> make(v8::Local<v8::Context> main,
                                                const context_wish& wish);

  /// The context of a contextified object, or of an ordinary global that was made
  /// here; empty for anything else.
  [[nodiscard]] v8::MaybeLocal<v8::Context> find(v8::Local<v8::Value> object) const;

  /// Was it made here?
  [[nodiscard]] bool contains(v8::Local<v8::Context> context) const {
    return entry_of(context) != nullptr;
  }

  /// The queue that is to be drained after its scripts; null when it has none of its own, or
  /// a module of the context is being evaluated.
  [[nodiscard]] v8::MicrotaskQueue* own_queue(v8::Local<v8::Context> context) const;

  /// While modules of a context are evaluated its queue waits: V8 ends the process when an
  /// `await` of one of them goes on before its importers are waiting for it.
  class evaluation {
  public:
    evaluation(script_contexts& all, v8::Local<v8::Context> context)
      : which_(all.entry_of(context)) {
      if (which_ != nullptr)
        ++which_->evaluations;
    }

    ~evaluation() {
      if (which_ != nullptr)
        --which_->evaluations;
    }

    evaluation(const evaluation&) = delete;
    evaluation& operator=(const evaluation&) = delete;

  private:
    entry* which_;
  };

  /// Ends all contexts: none of their code runs any more.
  void retire();

  [[nodiscard]] std::size_t size() const noexcept {
    return live_.size();
  }

private:
  using entry_list = std::list<std::unique_ptr<entry>>;

  struct entry {
    script_contexts* owner = nullptr;
    v8::Global<v8::Context> context; // weak
    // V8 follows it as long as the context lives.
    std::unique_ptr<v8::MicrotaskQueue> queue;
    std::string name;
    std::string origin;
    std::size_t evaluations = 0; // on the stack
    entry_list::iterator where;
  };

  [[nodiscard]] entry* entry_of(v8::Local<v8::Context> context) const;
  void forget(entry& gone);

  isolate& owner_;
  contextified_global globals_;
  v8::Global<v8::Private> global_of_; // of a contextified object: the global object
  entry_list live_;
};

} // namespace troupe::js::node_vm
