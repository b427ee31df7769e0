#pragma once

#include "troupe/module_loader.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// Several loaders, asked one after the other: the first that has a module gives it.
/// `module_not_found` goes on to the next, any other error is the answer.
///
/// Threads:  any.
/// Errors:   those of the loaders; `module_not_found` says what each of them said.
class loader_chain final : public module_loader {
public:
  /// Null ones are left out.
  explicit loader_chain(std::vector<std::shared_ptr<module_loader>> loaders);

  [[nodiscard]] future<module_source> load(module_request request) override;

  /// Answers as far as its loaders do.
  [[nodiscard]] std::optional<result<module_source>> find(const module_request& request) override;

private:
  using links = std::vector<std::shared_ptr<module_loader>>;

  [[nodiscard]] static future<module_source> load_from(std::shared_ptr<const links> loaders,
                                                       std::size_t first, module_request request,
                                                       std::string tried);

  std::shared_ptr<const links> loaders_;
};

} // namespace troupe
