#pragma once

#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "runtime/run_ledger.hpp"
#include "runtime/script.hpp"
#include "troupe/options.hpp"
#include "troupe/result.hpp"

#include <string>

namespace troupe::js {

class environment;

/// Requests about an object that is on lease, or, for `undefined`, the global object; each
/// is answered once.
///
/// Threads:  the isolate's.
/// Lifetime: its environment's.
class object_requests {
public:
  explicit object_requests(environment& owner) : owner_(owner) {
  }

  void get_property(request_id request, const value& of, const std::string& key, take_as how);
  void set_property(request_id request, const value& of, const std::string& key,
                    const value& item);
  void has_property(request_id request, const value& of, const std::string& key);
  void delete_property(request_id request, const value& of, const std::string& key);
  /// Names of the own enumerable properties.
  void property_keys(request_id request, const value& of);

  /// Calls a function; answers now, or when its promise settles.
  void call(request_id request, const call_spec& what, const run_options& options);

  /// A copy of the object; of a promise, what it settles to.
  void copy(request_id request, const value& of, const run_options& options);

private:
  using object_body =
    function_ref<result<value>(isolate_scope&, v8::Local<v8::Context>, v8::Local<v8::Object>)>;

  /// One request that does not wait: `body` gives its answer.
  void answer_about(request_id request, const value& of, object_body body);

  environment& owner_;
};

} // namespace troupe::js
