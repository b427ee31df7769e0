#pragma once

#include "troupe/value.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

namespace js {
struct module_text;
}

namespace detail {
struct module_source_access;
}

/// What a module's source is.
enum class module_kind : std::uint8_t {
  javascript, ///< An ECMAScript module, UTF-8.
  json,       ///< Its default export is what `JSON.parse` makes of it.
  text,       ///< Its default export is the source as a string.
  bytes,      ///< Its default export is the source as a Uint8Array.
  wasm,       ///< A WebAssembly module: its exports, or with `import source` itself.
  synthetic,  ///< Made of values: what C++ exports.
};

/// What an import asks for (https://tc39.es/proposal-source-phase-imports/).
enum class import_phase : std::uint8_t {
  evaluation, ///< `import … from`, `import()`.
  source,     ///< `import source … from`, `import.source()`.
};

/// One of `with { type: 'json' }`.
struct import_attribute {
  std::string key{};
  std::string value{};

  [[nodiscard]] friend bool operator==(const import_attribute&,
                                       const import_attribute&) = default;
};

/// An import as it stands in a module or script
/// (https://tc39.es/ecma262/#modulerequest-record).
struct module_request {
  std::string specifier{};
  std::vector<import_attribute> attributes{}; ///< By key.
  import_phase phase = import_phase::evaluation;
  /// Identifier of the module that imports, or the file name of the script; empty
  /// when C++ asks.
  std::string referrer{};

  [[nodiscard]] friend bool operator==(const module_request&, const module_request&) = default;
};

/// A module's source, and what it is known by. Give the same one again rather than a
/// copy: contexts share its compiled code.
///
/// Threads:  immutable; copies are the same source.
class module_source {
public:
  /// In a realm there is one module for an identifier and kind, whatever source comes
  /// later. Usually a URL.
  module_source(std::string identifier, std::string content,
                module_kind kind = module_kind::javascript);

  /// A module made in C++: values, among them host functions, under the names of exports.
  /// Each realm gets copies of its own.
  module_source(std::string identifier, std::vector<value::member> exports);

  module_source(const module_source&) noexcept = default; // moves as well: none is ever empty
  module_source& operator=(const module_source&) noexcept = default;

  [[nodiscard]] const std::string& identifier() const noexcept;
  [[nodiscard]] std::string_view content() const noexcept;
  [[nodiscard]] module_kind kind() const noexcept;

private:
  friend struct detail::module_source_access;

  std::shared_ptr<const js::module_text> text_;
};

} // namespace troupe
