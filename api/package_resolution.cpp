#include "api/package_resolution.hpp"

#include "api/file_url.hpp"
#include "api/import_text.hpp"
#include "api/package_targets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <utility>

namespace troupe::detail {

namespace {

// No path that a system takes is as long.
constexpr std::size_t specifier_size_max = 16384;

/// The folders from that of `path` up to the root; nothing when it is not within.
class folders_up {
public:
  folders_up(std::string_view path, std::string_view root)
    : folder_(parent_path(path)), root_(root) {
  }

  [[nodiscard]] bool done() const {
    return done_ || !lies_within(folder_, root_);
  }

  [[nodiscard]] std::string folder() const {
    return std::string{folder_};
  }

  void go_up() {
    done_ = folder_ == root_ || folder_ == "/";
    folder_ = parent_path(folder_);
  }

private:
  std::string_view folder_;
  std::string_view root_;
  bool done_ = false;
};

std::string child(std::string_view folder, std::string_view name) {
  return fmt::format("{}/{}", folder == "/" ? "" : folder, name);
}

/// `@scope/name` and what follows it, from the slash on.
struct package_specifier {
  std::string_view name;
  std::string_view rest;
};

std::optional<package_specifier> split_package(std::string_view specifier) {
  auto end = specifier.find('/');
  if (specifier.starts_with('@')) {
    if (end == std::string_view::npos)
      return {};
    auto part = specifier.substr(end + 1);
    part = part.substr(0, part.find('/'));
    if (part.empty() || part == "." || part == "..")
      return {};
    end += 1 + part.size();
  }
  auto name = specifier.substr(0, end);
  if (name.empty() || name.starts_with('.') || name.find_first_of("\\%") != std::string_view::npos
      || name.find('\0') != std::string_view::npos)
    return {};
  return package_specifier{name, specifier.substr(name.size())};
}

/// One import on its way; the names of the steps are those of Node's documentation.
class resolution {
public:
  resolution(const module_request& request, const resolution_rules& rules,
             resolution_files& files)
    : request_(request), rules_(rules), files_(files) {
  }

  [[nodiscard]] result<resolved_module> run();

private:
  [[nodiscard]] result<std::string> parent_url() const;
  [[nodiscard]] result<resolved_module> resolve_package(std::string_view specifier,
                                                        std::string_view parent);
  [[nodiscard]] result<resolved_module> resolve_imports();
  [[nodiscard]] result<std::optional<resolved_module>> resolve_self(
    const package_specifier& package, std::string_view parent);
  [[nodiscard]] result<resolved_module> resolve_in_package(const package_specifier& package,
                                                           const std::string& folder);
  [[nodiscard]] result<resolved_module> resolve_exports(const std::string& folder,
                                                        const package_target& exports,
                                                        std::string_view rest);
  [[nodiscard]] result<resolved_module> resolve_main(const std::string& folder,
                                                     const package_config* config);
  [[nodiscard]] result<resolved_module> resolve_target(const std::string& folder,
                                                       target_match match);
  [[nodiscard]] result<resolved_module> finish(std::string_view url, bool guess);
  [[nodiscard]] std::optional<std::string> guessed(const std::string& path, file_kind kind);
  [[nodiscard]] error fail(errc code, std::string why) const;
  [[nodiscard]] error refuse(const std::string& path) const;
  [[nodiscard]] error blame(error why, const std::string& folder) const;

  const module_request& request_;
  const resolution_rules& rules_;
  resolution_files& files_;
  std::string parent_; ///< Path of the importing file.
};

error resolution::fail(errc code, std::string why) const {
  return {.code = code, .message = fmt::format("{}: {}", import_text(request_), why)};
}

error resolution::refuse(const std::string& path) const {
  return {.code = errc::module_refused,
          .message = fmt::format("module {} lies outside of the root {}: {}",
                                 import_text(request_), in_quotes(rules_.root), in_quotes(path))};
}

error resolution::blame(error why, const std::string& folder) const {
  return fail(why.code,
              fmt::format("{} in {}", why.message, in_quotes(child(folder, "package.json"))));
}

result<std::string> resolution::parent_url() const {
  const auto& referrer = request_.referrer;
  auto folder = url_of_path(child(rules_.root, ""));
  if (referrer.starts_with('/'))
    return url_of_path(referrer);
  auto url = resolved_url(referrer);
  if (!url) // the name of a script
    return resolved_url(url_of_path(normal_path("/" + referrer)).substr(8), folder)
      .value_or(folder);
  return *url;
}

// ESM_RESOLVE
result<resolved_module> resolution::run() {
  const auto& specifier = request_.specifier;
  if (specifier.size() > specifier_size_max)
    return fail(errc::invalid_module_specifier, "the specifier is too long");
  if (request_.referrer.size() > specifier_size_max)
    return fail(errc::module_not_found, "the importer's name is too long to be a file");
  auto parent = parent_url();
  if (!parent)
    return std::move(parent).error();

  bool path_like = specifier.starts_with('/') || specifier.starts_with("./")
                   || specifier.starts_with("../") || specifier == "." || specifier == "..";
  auto url = resolved_url(specifier);
  if (!url && path_like) {
    url = resolved_url(specifier, *parent);
    if (!url) // the importer's URL is none that anything is relative to, like vm:module(0)
      url = resolved_url(specifier, url_of_path(child(rules_.root, "")));
    if (!url)
      return fail(errc::invalid_module_specifier, "it is no valid URL");
  }

  bool from_file = scheme_of(*parent) == "file";
  parent_ = child(rules_.root, "*");
  if (from_file) {
    auto file = parse_file_url(*parent);
    if (file) // a folder stands for whatever is in it
      parent_ = normal_path(file->path.ends_with('/') ? file->path + '*' : file->path);
    if (!file || !lies_within(parent_, rules_.root))
      return fail(errc::module_not_found, fmt::format("the importer lies outside of the root {}",
                                                      in_quotes(rules_.root)));
  }

  if (url)
    return finish(*url, true);
  if (specifier.starts_with('#'))
    return resolve_imports();
  return resolve_package(specifier, parent_);
}

// PACKAGE_RESOLVE
result<resolved_module> resolution::resolve_package(std::string_view specifier,
                                                    std::string_view parent) {
  auto package = split_package(specifier);
  if (!package)
    return fail(errc::invalid_module_specifier,
                fmt::format("{} is no name of a package", in_quotes(specifier)));
  auto self = resolve_self(*package, parent);
  if (!self)
    return std::move(self).error();
  if (*self)
    return **std::move(self);

  std::vector<std::string> tried;
  for (folders_up up{parent, rules_.root}; !up.done(); up.go_up()) {
    auto modules = child(up.folder(), "node_modules");
    auto folder = child(modules, package->name);
    switch (files_.kind(folder)) {
      case file_kind::folder:
        return resolve_in_package(*package, folder);
      case file_kind::outside:
        return refuse(folder);
      default:
        tried.push_back(std::move(modules));
    }
  }
  return error{.code = errc::module_not_found,
               .message =
                 fmt::format("cannot find package '{}' for {}: looked in {}", package->name,
                             import_text(request_), fmt::join(tried, ", "))};
}

// PACKAGE_SELF_RESOLVE
result<std::optional<resolved_module>> resolution::resolve_self(const package_specifier& package,
                                                                std::string_view parent) {
  auto scope = find_package_scope(parent, rules_.root, files_);
  if (!scope)
    return fail(scope.error().code, scope.error().message);
  if (!scope->config || !scope->config->exports || scope->config->name != package.name)
    return std::optional<resolved_module>{};
  auto resolved = resolve_exports(scope->folder, *scope->config->exports, package.rest);
  if (!resolved)
    return std::move(resolved).error();
  return std::optional{*std::move(resolved)};
}

result<resolved_module> resolution::resolve_in_package(const package_specifier& package,
                                                       const std::string& folder) {
  auto config = files_.package(folder);
  if (!config)
    return fail(config.error().code, config.error().message);
  if (*config && (*config)->exports)
    return resolve_exports(folder, *(*config)->exports, package.rest);
  if (package.rest.empty())
    return resolve_main(folder, config->get());
  auto url = resolved_url(fmt::format(".{}", package.rest), url_of_path(child(folder, "")));
  if (!url)
    return fail(errc::invalid_module_specifier, "it is no valid URL");
  return finish(*url, true);
}

// PACKAGE_EXPORTS_RESOLVE
result<resolved_module> resolution::resolve_exports(const std::string& folder,
                                                    const package_target& exports,
                                                    std::string_view rest) {
  auto match = match_exports(exports, fmt::format(".{}", rest), rules_.conditions);
  if (!match)
    return blame(std::move(match).error(), folder);
  if (match->is != target_match::form::target)
    return fail(errc::package_path_not_exported,
                rest.empty() ? fmt::format("no \"exports\" main for these conditions in {}",
                                           in_quotes(child(folder, "package.json")))
                             : fmt::format("\"exports\" in {} do not have '.{}'",
                                           in_quotes(child(folder, "package.json")), rest));
  return resolve_target(folder, *std::move(match));
}

// PACKAGE_IMPORTS_RESOLVE
result<resolved_module> resolution::resolve_imports() {
  const auto& specifier = request_.specifier;
  if (specifier == "#" || specifier.starts_with("#/"))
    return fail(errc::invalid_module_specifier, "it is no name of a package's import");
  auto scope = find_package_scope(parent_, rules_.root, files_);
  if (!scope)
    return fail(scope.error().code, scope.error().message);
  if (!scope->config)
    return fail(errc::package_import_not_defined, "the importer is in no package");
  if (scope->config->imports) {
    auto match = match_imports(*scope->config->imports, specifier, rules_.conditions);
    if (!match)
      return blame(std::move(match).error(), scope->folder);
    if (match->is == target_match::form::target)
      return resolve_target(scope->folder, *std::move(match));
  }
  return fail(errc::package_import_not_defined,
              fmt::format("\"imports\" in {} do not have it",
                          in_quotes(child(scope->folder, "package.json"))));
}

result<resolved_module> resolution::resolve_target(const std::string& folder,
                                                   target_match match) {
  if (match.bare) // only `imports` may lead to other packages
    return resolve_package(match.text, child(folder, "*"));
  auto url = resolved_url(match.text, url_of_path(child(folder, "")));
  if (!url)
    return fail(errc::invalid_package_target,
                fmt::format("target {} is no valid URL", in_quotes(match.text)));
  auto file = parse_file_url(*url);
  if (!file)
    return fail(file.error().code, file.error().message);
  if (!lies_within(normal_path(file->path), folder))
    return fail(errc::invalid_package_target,
                fmt::format("target {} in {} leads out of the package", in_quotes(match.text),
                            in_quotes(child(folder, "package.json"))));
  return finish(*url, false);
}

/// https://nodejs.org/api/packages.html#main, and what it tries beyond that
/// (https://nodejs.org/api/deprecations.html, DEP0151).
result<resolved_module> resolution::resolve_main(const std::string& folder,
                                                 const package_config* config) {
  std::vector<std::string> candidates;
  if (config != nullptr && config->main && config->main->size() <= specifier_size_max)
    for (const auto* ending : {"", ".js", ".json", "/index.js", "/index.json"})
      candidates.push_back(fmt::format("./{}{}", *config->main, ending));
  candidates.insert(candidates.end(), {"./index.js", "./index.json"});
  auto base = url_of_path(child(folder, ""));
  for (const auto& candidate : candidates) {
    auto url = resolved_url(candidate, base);
    auto file = url ? parse_file_url(*url) : result<file_url>{error{}};
    if (!file)
      continue;
    auto path = normal_path(file->path);
    auto kind = lies_within(path, rules_.root) ? files_.kind(path) : file_kind::outside;
    if (kind == file_kind::outside)
      return refuse(path);
    if (kind == file_kind::file)
      return resolved_module{.path = std::move(path), .suffix = std::move(file->suffix)};
  }
  return error{.code = errc::module_not_found,
               .message = fmt::format(
                 "cannot find the main module of package {} for {}: tried {}", in_quotes(folder),
                 import_text(request_), fmt::join(candidates, ", "))};
}

/// The rest of ESM_RESOLVE, from the URL on.
result<resolved_module> resolution::finish(std::string_view url, bool guess) {
  auto scheme = scheme_of(url);
  if (scheme == "node")
    return error{.code = errc::module_not_found,
                 .message = fmt::format("cannot find module {}: modules built into Node are not "
                                        "files",
                                        import_text(request_))};
  if (scheme != "file")
    return error{.code = errc::module_not_found,
                 .message = fmt::format("cannot find module {}: {} is no file: URL",
                                        import_text(request_), in_quotes(url))};
  auto file = parse_file_url(url);
  if (!file)
    return fail(file.error().code, file.error().message);
  auto path = normal_path(file->path);
  if (!lies_within(path, rules_.root))
    return refuse(path);
  auto kind = files_.kind(path);
  if (guess && (kind == file_kind::missing || kind == file_kind::folder))
    if (auto better = guessed(path, kind)) {
      path = *std::move(better);
      kind = file_kind::file;
    }
  switch (kind) {
    case file_kind::file:
      // A slash at the end asks for a folder.
      if (!file->path.ends_with('/'))
        return resolved_module{.path = std::move(path), .suffix = std::move(file->suffix)};
      break;
    case file_kind::folder:
      return fail(errc::directory_import, fmt::format("{} is a folder", in_quotes(path)));
    case file_kind::special:
      return fail(errc::module_refused, fmt::format("{} is no regular file", in_quotes(path)));
    case file_kind::outside:
      return refuse(path);
    case file_kind::unreadable:
      return fail(errc::module_unreadable, fmt::format("{} cannot be opened", in_quotes(path)));
    case file_kind::missing:
      break;
  }
  return error{.code = errc::module_not_found,
               .message = fmt::format("cannot find module {}: there is no {}",
                                      import_text(request_), in_quotes(path))};
}

std::optional<std::string> resolution::guessed(const std::string& path, file_kind kind) {
  for (const auto& extension : rules_.guessed_extensions) {
    auto candidate =
      kind == file_kind::folder ? child(path, "index" + extension) : path + extension;
    if (files_.kind(candidate) == file_kind::file)
      return candidate;
  }
  return {};
}

} // namespace

result<resolved_module> resolve_module(const module_request& request,
                                       const resolution_rules& rules, resolution_files& files) {
  return resolution{request, rules, files}.run();
}

result<package_scope> find_package_scope(std::string_view path, std::string_view root,
                                         resolution_files& files) {
  for (folders_up up{path, root}; !up.done(); up.go_up()) {
    auto folder = up.folder();
    if (folder.ends_with("/node_modules"))
      break;
    auto config = files.package(folder);
    if (!config)
      return std::move(config).error();
    if (*config)
      return package_scope{.folder = std::move(folder), .config = *std::move(config)};
  }
  return package_scope{};
}

} // namespace troupe::detail
