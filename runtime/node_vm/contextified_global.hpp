#pragma once

#include <v8-function.h>
#include <v8-isolate.h>
#include <v8-persistent-handle.h>
#include <v8-template.h>

namespace troupe::js::node_vm {

/// The global object of a context behind `vm.createContext(object)`: whatever scripts
/// do to it, they do to that object (`context_slot::contextified`); what the object
/// lacks, ECMAScript's built-ins and declared variables among it, is on the global
/// object itself.
///
/// - Reading sees the object's prototypes too; `in`, `hasOwnProperty` and keys only
///   what is the object's own.
/// - Assigning does what assigning to the object does: setters run, read-only
///   properties stay (a TypeError in strict mode). What the object does not take
///   although it lacks it (it is frozen, a trap refuses) goes to the global object.
/// - In strict mode an unknown name is a ReferenceError, and nothing is left behind.
/// - `var x` alone declares on the global object, as V8 decides that; its first value
///   goes to the object.
///
/// Threads:  the isolate's.
/// Lifetime: as long as contexts made from the template.
class contextified_global {
public:
  /// `main` must not have run any script: what these functions need of it is taken
  /// now.
  [[nodiscard]] bool prepare(v8::Isolate* isolate, v8::Local<v8::Context> main);

  /// For `v8::Context::New`.
  [[nodiscard]] v8::Local<v8::ObjectTemplate> object_template(v8::Isolate* isolate) const {
    return template_.Get(isolate);
  }

  /// Whose properties V8 can look up without running what intercepts them: no proxy, and
  /// not such a global object of another context.
  [[nodiscard]] static bool is_plain(v8::Isolate* isolate, v8::Local<v8::Object> object);

  /// As long as it exists, accesses go to global objects themselves: of a context that is
  /// being made.
  class making {
  public:
    explicit making(contextified_global& which) : which_(which) {
      which_.making_ = true;
    }

    ~making() {
      which_.making_ = false;
    }

    making(const making&) = delete;
    making& operator=(const making&) = delete;

  private:
    contextified_global& which_;
  };

private:
  struct access;

  v8::Global<v8::ObjectTemplate> template_;
  v8::Global<v8::Function> reflect_set_;
  /// The function that is being declared: V8 asks whether the name is there, then
  /// assigns, in strict mode, as a script would that assigns to an unknown name.
  v8::Global<v8::Name> declaring_;
  bool making_ = false;
};

} // namespace troupe::js::node_vm
