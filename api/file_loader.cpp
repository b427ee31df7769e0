#include "troupe/file_loader.hpp"

#include "api/file_modules.hpp"
#include "api/import_text.hpp"
#include "api/io_pool.hpp"
#include "api/ready_future.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace troupe {

using namespace detail;

namespace {

/// An import on its way through the pool.
class load_task final : public io_task {
public:
  load_task(std::shared_ptr<file_modules> modules, module_request request)
    : modules_(std::move(modules)), request_(std::move(request)) {
  }

  [[nodiscard]] future<module_source> answer() {
    return future_access::make(state_);
  }

  void run() noexcept override {
    if (state_->decided()) // cancelled
      return;
    try {
      state_->settle(*modules_->get(request_, reading::allowed));
    } catch (...) {
      state_->settle(error_from_exception());
    }
  }

  void abandon() noexcept override {
    state_->settle(error{.code = errc::broken_promise,
                         .message = "the file loader ended before it had read module "
                                    + import_text(request_)});
  }

  void refuse(std::size_t pending_max) {
    state_->settle(
      error{.code = errc::too_many_requests,
            .message = fmt::format("module {} is not loaded: {} imports wait for the "
                                   "file loader",
                                   import_text(request_), pending_max)});
  }

private:
  std::shared_ptr<future_state<module_source>> state_ =
    std::make_shared<future_state<module_source>>();
  std::shared_ptr<file_modules> modules_;
  module_request request_;
};

std::optional<error> problem_of(const file_loader_options& options) {
  auto problem = [](std::string_view what) {
    return error{.code = errc::invalid_argument,
                 .message = fmt::format("file_loader_options::{}", what)};
  };
  if (options.root.empty())
    return problem("root is required");
  if (options.threads < 1 || options.threads > 64)
    return problem("threads must be from 1 to 64");
  if (options.pending_max < 1)
    return problem("pending_max must be at least 1");
  if (options.source_limit_mib < 1 || options.source_limit_mib > 512)
    return problem("source_limit_mib must be from 1 to 512");
  if (options.cache_limit_mib > 1048576)
    return problem("cache_limit_mib must be at most 1048576");
  for (const auto& extension : options.guessed_extensions)
    if (!extension.starts_with('.') || extension.find('/') != std::string::npos)
      return problem("guessed_extensions must begin with a dot and have no slash");
  return {};
}

} // namespace

struct file_loader::parts {
  parts(root_folder root, const file_loader_options& options)
    : find_cached(options.find_cached), pending_max(options.pending_max),
      modules(std::make_shared<file_modules>(std::move(root), options)),
      pool(options.threads, options.pending_max) {
  }

  const bool find_cached;
  const std::size_t pending_max;
  const std::shared_ptr<file_modules> modules; // shared with tasks that outlive the loader
  io_pool pool;
};

result<std::shared_ptr<file_loader>> file_loader::open(file_loader_options options) {
  if (auto problem = problem_of(options))
    return *std::move(problem);
  auto root = root_folder::open(options.root.string());
  if (!root)
    return std::move(root).error();
  return std::shared_ptr<file_loader>{
    new file_loader{std::make_unique<parts>(*std::move(root), options)}};
}

file_loader::file_loader(std::unique_ptr<parts> made) : parts_(std::move(made)) {
}

file_loader::~file_loader() = default;

future<module_source> file_loader::load(module_request request) {
  auto task = std::make_unique<load_task>(parts_->modules, std::move(request));
  auto answer = task->answer();
  if (auto refused = parts_->pool.post(std::move(task)))
    static_cast<load_task&>(*refused).refuse(parts_->pending_max);
  return answer;
}

std::optional<result<module_source>> file_loader::find(const module_request& request) {
  if (!parts_->find_cached || !parts_->modules->has_read())
    return std::nullopt;
  try {
    return parts_->modules->get(request, reading::not_now);
  } catch (...) {
    return error_from_exception();
  }
}

} // namespace troupe
