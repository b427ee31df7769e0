#include "api/file_url.hpp"

#include <ada.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace troupe::detail {

namespace {

/// The value of a hexadecimal digit; -1 for others.
int digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  auto lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The byte that starts at a `%`; -1 when none does.
int encoded_byte(std::string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size())
    return -1;
  auto high = digit(text[at + 1]);
  auto low = digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

error invalid(std::string_view url, std::string_view why) {
  return {.code = errc::invalid_module_specifier, .message = fmt::format("'{}' {}", url, why)};
}

} // namespace

std::optional<std::string> resolved_url(std::string_view text, std::string_view base) {
  if (base.empty()) {
    auto parsed = ada::parse<ada::url_aggregator>(text);
    return parsed ? std::optional{std::string{parsed->get_href()}} : std::nullopt;
  }
  auto parsed_base = ada::parse<ada::url_aggregator>(base);
  if (!parsed_base)
    return {};
  auto parsed = ada::parse<ada::url_aggregator>(text, &*parsed_base);
  return parsed ? std::optional{std::string{parsed->get_href()}} : std::nullopt;
}

std::string url_of_path(std::string_view path) {
  // What a URL would read as something else; the rest is encoded by the setter.
  std::string encoded;
  for (char c : path)
    switch (c) {
      case '%':
      case '\\':
      case '\n':
      case '\r':
      case '\t':
        encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        break;
      default:
        encoded += c;
    }
  auto url = ada::parse<ada::url_aggregator>("file://");
  url->set_pathname(encoded);
  return std::string{url->get_href()};
}

std::string_view scheme_of(std::string_view url) {
  auto colon = url.find(':');
  return colon == std::string_view::npos ? std::string_view{} : url.substr(0, colon);
}

result<file_url> parse_file_url(std::string_view url) {
  auto parsed = ada::parse<ada::url_aggregator>(url);
  if (!parsed || parsed->type != ada::scheme::type::FILE)
    return invalid(url, "is no file: URL");
  if (!parsed->get_hostname().empty())
    return invalid(url, "names a host; a file: URL may not");
  auto pathname = parsed->get_pathname();
  for (std::size_t i = 0; i < pathname.size(); ++i) {
    auto byte = encoded_byte(pathname, i);
    if (byte == '/' || byte == '\\')
      return invalid(url, "has an encoded \"/\" or \"\\\"");
    if (byte == 0)
      return invalid(url, "has an encoded NUL");
  }
  return file_url{.path = percent_decoded(pathname),
                  .suffix = std::string{parsed->get_search()}.append(parsed->get_hash())};
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = encoded_byte(text, i);
    decoded += byte < 0 ? text[i] : static_cast<char>(byte);
    i += byte < 0 ? 0 : 2;
  }
  return decoded;
}

std::string normal_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    auto slash = std::min(path.find('/'), path.size());
    auto part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part == "..") {
      if (!parts.empty())
        parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  std::string normal;
  for (auto part : parts)
    normal.append("/").append(part);
  return normal.empty() ? "/" : normal;
}

bool lies_within(std::string_view path, std::string_view folder) {
  if (folder == "/")
    return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string_view parent_path(std::string_view path) {
  auto slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : path.substr(0, slash);
}

} // namespace troupe::detail
