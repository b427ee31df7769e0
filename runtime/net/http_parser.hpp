#pragma once

#include <llhttp.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::js::net {

struct http_field {
  std::string name;
  std::string content;
};

/// What comes before the body of a message.
struct http_head {
  std::string_view method{}; ///< Of a request.
  int status = 0;            ///< Of a response.
  std::string text{};        ///< The request's target, or the words of the status.
  int major = 1;
  int minor = 1;
  /// May another message follow on this connection?
  bool keeps_alive = false;
  /// Is what follows no HTTP any more?
  bool upgrades = false;
  std::vector<http_field> fields{};
};

/// One step of a message.
struct http_event {
  enum class kind : std::uint8_t { head, body, end };

  kind what;
  http_head head{};                   ///< Of `head`.
  std::size_t offset = 0;             ///< Of `body`, in what was read.
  std::size_t length = 0;             ///< Of `body`.
  std::vector<http_field> trailers{}; ///< Of `end`.
};

struct http_failure {
  std::string code; ///< `HPE_…`
  std::string reason;
  std::size_t bytes_parsed = 0;
};

struct http_parser_options {
  bool responses = false; ///< Or requests.
  /// Of target and header fields together.
  std::size_t head_bytes_max = 16384;
  /// More are dropped.
  std::size_t fields_max = 2000;
  /// Of a response: none has a body (its request was HEAD).
  bool bodiless = false;
  /// Of a response: its request was CONNECT, so success is followed by something else.
  bool tunnels = false;
  /// Are requests for another protocol to be taken? Else they are ordinary ones.
  bool takes_upgrades = false;
};

/// HTTP/1 messages of one direction of a connection, as they come (llhttp).
///
/// Threads:  one.
class http_parser {
public:
  explicit http_parser(const http_parser_options& options);

  http_parser(const http_parser&) = delete;
  http_parser& operator=(const http_parser&) = delete;

  /// Reads on. Nothing may follow a failure, nor an upgrade.
  [[nodiscard]] std::optional<http_failure> read(std::span<const std::uint8_t> bytes,
                                                 std::vector<http_event>& into);

  /// Nothing more will come.
  [[nodiscard]] std::optional<http_failure> finish(std::vector<http_event>& into);

  /// How much of the last bytes were HTTP, once there was an upgrade.
  [[nodiscard]] std::optional<std::size_t> upgraded_at() const noexcept {
    return upgraded_at_;
  }

private:
  static const llhttp_settings_t& settings();
  static http_parser& of(llhttp_t* parser) {
    return *static_cast<http_parser*>(parser->data);
  }

  void begin();
  [[nodiscard]] int add(std::string& to, const char* at, std::size_t length);
  [[nodiscard]] int end_field();
  [[nodiscard]] int end_head();
  [[nodiscard]] int end_message();
  [[nodiscard]] std::optional<http_failure> outcome(llhttp_errno_t code, std::size_t length);

  const http_parser_options options_;
  llhttp_t parser_{};
  std::vector<http_event>* into_ = nullptr;
  const char* start_ = nullptr;
  http_head head_{};
  http_field field_{};
  std::vector<http_field> fields_{};
  std::size_t head_bytes_ = 0;
  std::size_t extension_bytes_ = 0;
  const char* own_code_ = nullptr; // of a failure that llhttp does not know
  const char* own_reason_ = "";
  std::optional<std::size_t> upgraded_at_;
};

} // namespace troupe::js::net
