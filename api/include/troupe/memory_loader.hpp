#pragma once

#include "troupe/module_loader.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace troupe {

/// Modules from memory:
///
///     auto modules = std::make_shared<troupe::memory_loader>(troupe::memory_loader::sources{
///       {"main.mjs", "import { two } from './lib/two.mjs'; export default two;"},
///       {"lib/two.mjs", "export const two = 2;"},
///     });
///
/// Identifiers are what you like: `lib/two.mjs`, `https://example.com/a.mjs`, `lodash`. A
/// specifier with `./` or `../` is resolved against the referrer's identifier like a URL,
/// so it cannot climb out of the top; one with `/` against the referrer's scheme and
/// host; any other is an identifier itself.
///
/// `.json` and `.txt` are JSON and text and want the attribute `type`, `.wasm` is
/// WebAssembly, the rest JavaScript, unless a source was added with a kind of its own.
///
/// Threads:  any.
/// Errors:   `module_not_found`, and those of import attributes. `find` always answers.
class memory_loader final : public module_loader {
public:
  /// Sources by identifier.
  using sources = std::map<std::string, std::string>;

  memory_loader();
  explicit memory_loader(sources modules);
  ~memory_loader() override;

  /// From now on this is the module; realms that have loaded another one keep it.
  void add(std::string identifier, std::string content);

  /// The same with a kind that its name does not tell, or a source that others give
  /// too.
  void add(module_source module);

  /// @returns whether it was there.
  bool remove(std::string_view identifier);

  [[nodiscard]] future<module_source> load(module_request request) override;
  [[nodiscard]] std::optional<result<module_source>> find(const module_request& request) override;

private:
  struct state;
  const std::unique_ptr<state> state_;
};

} // namespace troupe
