#pragma once

#include "runtime/function_ref.hpp"
#include "runtime/run_ledger.hpp"
#include "runtime/script.hpp"
#include "troupe/options.hpp"

namespace troupe::js {

class environment;

/// Requests about scripts, and functions made of source text; each is answered once.
///
/// Threads:  the isolate's.
/// Lifetime: its environment's.
class script_requests {
public:
  explicit script_requests(environment& owner) : owner_(owner) {
  }

  /// Compiles and runs a script; answers now, or when its promise settles.
  void run(request_id request, const script_source& source, const run_options& options);

  /// Compiles without running, to find syntax errors. The answer is a `compile_facts`.
  void compile(request_id request, const script_source& source);

  /// Compiles a function body. The answer is an object: `function`, a reference, and
  /// `cached_data_rejected`.
  void compile_function(request_id request, const function_source& source);

  /// Answers with a sealed code cache of a function that `compile_function` has made.
  void create_function_cache(request_id request, const value& function);

  /// Answers with a sealed code cache of the script, which is compiled if it was
  /// not; functions that have run in this context are in it.
  void create_cached_data(request_id request, const script_source& source);

  /// The realm is replaced.
  void leave_realm() {
    compiled_.unbind();
  }

private:
  using script_body = function_ref<result<value>(isolate_scope&, v8::Local<v8::UnboundScript>)>;

  /// One request about a compiled script that does not wait: `body` gives its answer.
  void answer_about(request_id request, const script_source& source, script_body body);
  void share(const script_source& source);

  environment& owner_;
  script_cache compiled_;
};

} // namespace troupe::js
