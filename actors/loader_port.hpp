#pragma once

#include "runtime/module_port.hpp"

#include <functional>
#include <vector>

namespace troupe::actors {

/// The loader of modules, as its side has it.
///
/// Threads: any.
class loader_port : public js::module_finder {
public:
  /// Looks for modules; tells each once, on any thread, perhaps at once. Must not block.
  virtual void load(js::load_id load, std::vector<js::module_fetch> fetches,
                    std::function<void(js::fetched_module)> done) = 0;

  /// Nobody waits for what that load has asked.
  virtual void cancel(js::load_id load) = 0;
};

} // namespace troupe::actors
