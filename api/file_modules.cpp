#include "api/file_modules.hpp"

#include "api/file_url.hpp"
#include "api/import_text.hpp"
#include "api/module_kinds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace troupe::detail {

namespace {

constexpr std::size_t package_size_max = std::size_t{1} << 20;
constexpr std::size_t packages_max = 4096;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::int64_t now() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

error unreadable(const opened_path& file) {
  return {.code = errc::module_unreadable,
          .message = fmt::format("{} cannot be opened: {}", in_quotes(file.real_path),
                                 std::system_category().message(file.system_error))};
}

} // namespace

// -- what resolution sees -----------------------------------------------------------

class file_modules::view final : public resolution_files {
public:
  view(file_modules& of, reading how) : of_(of), how_(how) {
  }

  [[nodiscard]] file_kind kind(const std::string& path) override {
    return of_.root_.look(path).kind;
  }

  [[nodiscard]] result<std::shared_ptr<const package_config>> package(
    const std::string& folder) override;

  /// Was something not read that had to be? Whatever came out does not count.
  [[nodiscard]] bool gave_up() const noexcept {
    return gave_up_;
  }

private:
  file_modules& of_;
  const reading how_;
  bool gave_up_ = false;
};

result<std::shared_ptr<const package_config>> file_modules::view::package(
  const std::string& folder) {
  const std::shared_ptr<const package_config> none;
  auto path = normal_path(folder + "/package.json");
  auto file = of_.root_.look(path);
  auto invalid = [&](std::string_view why) {
    return error{.code = errc::invalid_package_config,
                 .message = fmt::format("{}: {}", in_quotes(path), why)};
  };
  if (file.kind == file_kind::outside)
    return error{.code = errc::module_refused,
                 .message = fmt::format("{} lies outside of the root", in_quotes(path))};
  if (file.kind == file_kind::unreadable)
    return unreadable(file);
  if (file.kind != file_kind::file)
    return none;
  {
    std::lock_guard guard{of_.mutex_};
    auto known = of_.packages_.find(file.real_path);
    if (known != of_.packages_.end() && known->second.certain
        && known->second.file == file.identity)
      return known->second.config;
  }
  if (how_ == reading::not_now) {
    gave_up_ = true;
    return none;
  }
  auto begun = now();
  auto content = root_folder::read(file, package_size_max);
  if (!content)
    return content.error().code == errc::module_too_large ? invalid(content.error().message)
                                                          : std::move(content).error();
  auto parsed = parse_package_config(content->bytes);
  if (!parsed)
    return invalid(parsed.error().message);
  auto config = std::make_shared<const package_config>(*std::move(parsed));
  std::lock_guard guard{of_.mutex_};
  if (of_.packages_.size() >= packages_max)
    of_.packages_.clear();
  of_.packages_.insert_or_assign(
    file.real_path, known_package{content->identity, config,
                                  content->unchanged && !content->identity.is_fresh(begun)});
  return config;
}

// -- modules ------------------------------------------------------------------------

file_modules::file_modules(root_folder root, const file_loader_options& options)
  : root_(std::move(root)), rules_{.root = root_.path(),
                                   .conditions = options.conditions,
                                   .guessed_extensions = options.guessed_extensions},
    untyped_scripts_(options.untyped_scripts), source_size_max_(options.source_limit_mib << 20),
    sources_(options.cache_limit_mib << 20) {
}

std::optional<result<module_source>> file_modules::get(const module_request& request,
                                                       reading how) {
  view files{*this, how};
  auto resolved = resolve_module(request, rules_, files);
  if (files.gave_up())
    return std::nullopt;
  if (!resolved)
    return std::move(resolved).error();

  // It may have become something else since it was resolved.
  auto file = root_.look(resolved->path);
  if (file.kind == file_kind::unreadable)
    return unreadable(file);
  if (file.kind == file_kind::outside)
    return error{.code = errc::module_refused,
                 .message =
                   fmt::format("module {} lies outside of the root {}: {}", import_text(request),
                               in_quotes(rules_.root), in_quotes(resolved->path))};
  if (file.kind != file_kind::file)
    return error{.code = errc::module_not_found,
                 .message = fmt::format("cannot find module {}: {} is gone", import_text(request),
                                        in_quotes(resolved->path))};

  auto kind = kind_of(request, file.real_path, files);
  if (files.gave_up())
    return std::nullopt;
  if (!kind)
    return std::move(kind).error();
  auto identifier = url_of_path(file.real_path) + resolved->suffix;
  if (auto known = sources_.find(identifier, *kind, file.identity))
    return *std::move(known);
  if (how == reading::not_now)
    return std::nullopt;
  return read(file, identifier, *kind);
}

/// ESM_FILE_FORMAT, and what the import's attributes make of it.
result<module_kind> file_modules::kind_of(const module_request& request, const std::string& path,
                                          view& files) const {
  auto name = std::string_view{path}.substr(path.rfind('/') + 1);
  auto extension = name.substr(std::min(name.rfind('.'), name.size()));
  bool commonjs = extension == ".cjs";
  auto natural = commonjs ? module_kind::javascript : kind_by_extension(name);
  auto kind = imported_kind(request, natural);
  if (!kind)
    return std::move(kind).error();
  if (*kind && (*kind != module_kind::javascript || extension == ".mjs"))
    return **kind;
  auto unknown = [&](std::string_view why) {
    return error{.code = errc::unknown_module_format,
                 .message = fmt::format("module {} is of unknown kind: {} of {}",
                                        import_text(request), why, in_quotes(path))};
  };
  if (!*kind && !extension.empty())
    return unknown(fmt::format("extension '{}'", extension));

  std::string why = "its extension is .cjs";
  if (!commonjs) {
    auto scope = find_package_scope(path, rules_.root, files);
    if (!scope)
      return std::move(scope).error();
    auto type = scope->config ? scope->config->type : package_type::none;
    if (type == package_type::none && extension.empty())
      return unknown("no extension");
    commonjs = type == package_type::commonjs
               || (type == package_type::none && untyped_scripts_ == script_format::commonjs);
    why = type == package_type::commonjs
            ? fmt::format("\"type\" in '{}/package.json' is \"commonjs\"", scope->folder)
            : "no package.json says that it is a module, with \"type\": \"module\"";
  }
  if (commonjs)
    return error{.code = errc::unknown_module_format,
                 .message =
                   fmt::format("module {} is CommonJS, which cannot be imported here: {} "
                               "({})",
                               import_text(request), in_quotes(path), why)};
  return module_kind::javascript;
}

std::optional<result<module_source>> file_modules::read(const opened_path& file,
                                                        const std::string& identifier,
                                                        module_kind kind) {
  auto begun = now();
  auto content = root_folder::read(file, source_size_max_);
  if (!content)
    return std::move(content).error();
  bool certain = content->unchanged && !content->identity.is_fresh(begun);
  auto bytes = std::move(content->bytes);
  // https://encoding.spec.whatwg.org/#utf-8-decode
  if (kind != module_kind::bytes && kind != module_kind::wasm
      && bytes.starts_with(byte_order_mark))
    bytes.erase(0, byte_order_mark.size());
  return sources_.keep(module_source{identifier, std::move(bytes), kind}, content->identity,
                       certain);
}

} // namespace troupe::detail
