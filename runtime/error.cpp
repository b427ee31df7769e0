#include "troupe/error.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace troupe {

namespace {

struct code_entry {
  std::string_view name;
  std::string_view sentence;
};

constexpr std::array<code_entry, 49> entries{{
  {"ERR_TROUPE_OK", "No error."},
  {"ERR_TROUPE_SYNTAX", "The source does not parse."},
  {"ERR_TROUPE_UNCAUGHT_EXCEPTION", "The script threw, or its promise was rejected."},
  {"ERR_SCRIPT_EXECUTION_TIMEOUT", "The timeout of the run passed."},
  {"ERR_SCRIPT_EXECUTION_INTERRUPTED", "The run was interrupted by SIGINT."},
  {"ERR_TROUPE_CANCELLED", "The run was cancelled."},
  {"ERR_TROUPE_HEAP_LIMIT", "The heap limit of the context was reached."},
  {"ERR_TROUPE_EVALUATION_LOST", "The promise of the evaluation can no longer settle."},
  {"ERR_TROUPE_CONTEXT_CLOSED", "The context was closed before it answered."},
  {"ERR_TROUPE_CONTEXT_LOST", "V8 gave up on the isolate of the context."},
  {"ERR_TROUPE_NO_SUCH_CONTEXT", "There is no such context."},
  {"ERR_TROUPE_CAPACITY", "The limit on live contexts is reached."},
  {"ERR_TROUPE_SPAWN_FAILED", "The system refused the resources of a new context."},
  {"ERR_TROUPE_CLONE_FAILED", "A value cannot leave its isolate."},
  {"ERR_INVALID_ARG_VALUE", "An option or argument is out of its range."},
  {"ERR_TROUPE_RUNTIME_CLOSED", "The runtime is shutting down or gone."},
  {"ERR_TROUPE_WOULD_DEADLOCK", "Waiting here would wait for the waiting thread itself."},
  {"ERR_TROUPE_BROKEN_PROMISE", "Whoever owed the answer disappeared."},
  {"ERR_TROUPE_HOST_EXCEPTION",
   "A C++ exception left a continuation, coroutine or host function."},
  {"ERR_TROUPE_STALE_REFERENCE", "The realm of a referenced object is gone."},
  {"ERR_TROUPE_CONTEXT_RESET", "The realm that it waited in was replaced."},
  {"ERR_TROUPE_CPU_TIME", "The run used up its CPU time."},
  {"ERR_TROUPE_CPU_BUDGET", "The context used up its CPU budget."},
  {"ERR_TROUPE_OUTPUT_LIMIT", "The run wrote more than its context may."},
  {"ERR_TROUPE_TOO_MANY_REQUESTS", "As many requests wait for the context as may."},
  {"ERR_TROUPE_TOO_MANY_HOST_CALLS", "More host functions have not answered than allowed."},
  {"ERR_MODULE_NOT_FOUND", "The loader knows no such module."},
  {"ERR_TROUPE_MODULE_REFUSED", "The module lies outside of what the loader may give."},
  {"ERR_INVALID_MODULE_SPECIFIER", "The specifier can name no module."},
  {"ERR_INVALID_PACKAGE_CONFIG", "A package.json does not parse or makes no sense."},
  {"ERR_INVALID_PACKAGE_TARGET", "A package's exports or imports lead nowhere allowed."},
  {"ERR_PACKAGE_PATH_NOT_EXPORTED", "The package does not export the path."},
  {"ERR_PACKAGE_IMPORT_NOT_DEFINED", "The package does not define the import."},
  {"ERR_UNSUPPORTED_DIR_IMPORT", "The specifier names a directory."},
  {"ERR_UNKNOWN_FILE_EXTENSION", "The extension of the file tells no kind of module."},
  {"ERR_IMPORT_ATTRIBUTE_MISSING", "The kind of module wants a type attribute."},
  {"ERR_IMPORT_ATTRIBUTE_UNSUPPORTED", "The import attribute is not known."},
  {"ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE", "The type attribute is not that of the module."},
  {"ERR_TROUPE_MODULE_LIMIT", "The module graph is larger or deeper than allowed."},
  {"ERR_VM_MODULE_STATUS", "The module is not in the right state for that."},
  {"ERR_VM_MODULE_ALREADY_LINKED", "The module was linked before."},
  {"ERR_VM_MODULE_DIFFERENT_CONTEXT", "The module is another context's."},
  {"ERR_VM_MODULE_LINK_FAILURE", "The module depends on one that has failed."},
  {"ERR_VM_MODULE_NOT_MODULE", "The resolver gave something that is no module."},
  {"ERR_MODULE_LINK_MISMATCH", "The modules given are not those that were requested."},
  {"ERR_VM_MODULE_CANNOT_CREATE_CACHED_DATA",
   "Code caches are made of modules that are not yet evaluated."},
  {"ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING", "Nobody can load modules for this import()."},
  {"ERR_TROUPE_MODULE_TOO_LARGE", "The source of the module is larger than its loader may give."},
  {"ERR_TROUPE_MODULE_UNREADABLE", "The system does not let the file of the module be read."},
}};

static_assert(entries.size() == static_cast<std::size_t>(detail::last_errc) + 1);

constexpr code_entry unknown{"ERR_TROUPE_UNKNOWN", "No code of this version."};

const code_entry& entry(errc code) {
  auto index = static_cast<std::size_t>(code);
  return index < entries.size() ? entries[index] : unknown;
}

} // namespace

std::string_view code_name(errc code) noexcept {
  return entry(code).name;
}

std::string_view describe(errc code) noexcept {
  return entry(code).sentence;
}

std::string error::to_string() const {
  if (!stack.empty())
    return stack;
  return std::string{code_name(code)} + ": " + message;
}

error detail::error_from_exception() noexcept {
  try {
    throw;
  } catch (const failure& thrown) {
    return thrown.error();
  } catch (const error& thrown) {
    return thrown;
  } catch (const std::exception& thrown) {
    return {.code = errc::host_exception, .message = thrown.what()};
  } catch (...) {
    return {.code = errc::host_exception, .message = "an exception of unknown type"};
  }
}

failure::failure(troupe::error what)
  : std::runtime_error(std::string{code_name(what.code)} + ": " + what.message),
    error_(std::move(what)) {
}

} // namespace troupe
