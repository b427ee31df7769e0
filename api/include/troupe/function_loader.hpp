#pragma once

#include "troupe/module_loader.hpp"

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace troupe {

/// A loader that is a function:
///
///     auto loader = troupe::make_loader([&](troupe::module_request request)
///                                         -> troupe::future<troupe::module_source> {
///       co_return troupe::module_source{request.specifier, co_await db.text(request.specifier)};
///     });
///
/// Threads:  the function is called on those of all contexts that use it, several at
///           once. It must not block.
/// Errors:   those of the function; an exception of its is `host_exception`.
class function_loader final : public module_loader {
public:
  using loading = std::function<future<module_source>(module_request)>;
  using finding = std::function<std::optional<result<module_source>>(const module_request&)>;

  /// `load` must be callable; without `find` every import goes the long way.
  explicit function_loader(loading load, finding find = {});

  [[nodiscard]] future<module_source> load(module_request request) override;
  [[nodiscard]] std::optional<result<module_source>> find(const module_request& request) override;

private:
  const loading load_;
  const finding find_;
};

/// A loader of a function that gives a source at once, as `module_source` or
/// `result<module_source>`, or a `future<module_source>`.
template <std::invocable<module_request> F>
[[nodiscard]] std::shared_ptr<module_loader> make_loader(F function) {
  using given = std::invoke_result_t<F&, module_request>;
  if constexpr (std::same_as<given, future<module_source>>) {
    return std::make_shared<function_loader>(std::move(function));
  } else {
    static_assert(std::convertible_to<given, result<module_source>>,
                  "a loader gives a module_source, a result or a future of it");
    auto shared = std::make_shared<F>(std::move(function));
    return std::make_shared<function_loader>(
      [shared](module_request request) {
        promise<module_source> answer;
        answer.set((*shared)(std::move(request)));
        return answer.get_future();
      },
      [shared](const module_request& request) {
        return std::optional<result<module_source>>{(*shared)(request)};
      });
  }
}

} // namespace troupe
