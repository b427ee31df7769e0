#pragma once

#include "troupe/future.hpp"
#include "troupe/module_source.hpp"
#include "troupe/result.hpp"

#include <memory>
#include <optional>

namespace troupe {

/// Finds the modules that scripts import: resolves a specifier and gives the source.
///
/// Threads:  called from several at once.
/// Lifetime: shared by the contexts that use it.
/// Errors:   through the result; the import fails with them, and with the chain of
///           modules that led there.
class module_loader {
public:
  module_loader() = default;
  virtual ~module_loader() = default;

  module_loader(const module_loader&) = delete;
  module_loader& operator=(const module_loader&) = delete;

  /// The source that an import means. Must not block: a linker asks for many at once,
  /// for each request of a graph once. Its future may be cancelled.
  [[nodiscard]] virtual future<module_source> load(module_request request) = 0;

  /// The same when it can be told at once, without waiting for anything; nothing when
  /// not. Called on the isolate's thread, and spares the way to the linker.
  [[nodiscard]] virtual std::optional<result<module_source>> find(const module_request& request);
};

} // namespace troupe
