#include "runtime/net/http_parser.hpp"

namespace troupe::js::net {

namespace {

// Of one chunk.
constexpr std::size_t extension_bytes_max = 16384;

} // namespace

http_parser::http_parser(const http_parser_options& options) : options_(options) {
  llhttp_init(&parser_, options.responses ? HTTP_RESPONSE : HTTP_REQUEST, &settings());
  parser_.data = this;
}

const llhttp_settings_t& http_parser::settings() {
  static const auto made = [] {
    llhttp_settings_t all;
    llhttp_settings_init(&all);
    all.on_message_begin = [](llhttp_t* p) {
      of(p).begin();
      return 0;
    };
    all.on_url = [](llhttp_t* p, const char* at, std::size_t length) {
      return of(p).add(of(p).head_.text, at, length);
    };
    all.on_status = all.on_url;
    all.on_header_field = [](llhttp_t* p, const char* at, std::size_t length) {
      return of(p).add(of(p).field_.name, at, length);
    };
    all.on_header_value = [](llhttp_t* p, const char* at, std::size_t length) {
      return of(p).add(of(p).field_.content, at, length);
    };
    all.on_header_value_complete = [](llhttp_t* p) { return of(p).end_field(); };
    all.on_headers_complete = [](llhttp_t* p) { return of(p).end_head(); };
    all.on_body = [](llhttp_t* p, const char* at, std::size_t length) {
      auto& self = of(p);
      self.into_->push_back({.what = http_event::kind::body,
                             .offset = static_cast<std::size_t>(at - self.start_),
                             .length = length});
      return 0;
    };
    all.on_chunk_header = [](llhttp_t* p) {
      of(p).extension_bytes_ = 0;
      return 0;
    };
    all.on_chunk_extension_name = [](llhttp_t* p, const char*, std::size_t length) -> int {
      auto& self = of(p);
      self.extension_bytes_ += length;
      if (self.extension_bytes_ <= extension_bytes_max)
        return 0;
      self.own_code_ = "HPE_CHUNK_EXTENSIONS_OVERFLOW";
      self.own_reason_ = "Chunk extensions overflow";
      return HPE_USER;
    };
    all.on_chunk_extension_value = all.on_chunk_extension_name;
    all.on_message_complete = [](llhttp_t* p) { return of(p).end_message(); };
    return all;
  }();
  return made;
}

void http_parser::begin() {
  head_ = {};
  field_ = {};
  fields_.clear();
  head_bytes_ = 0;
  extension_bytes_ = 0;
}

int http_parser::add(std::string& to, const char* at, std::size_t length) {
  head_bytes_ += length;
  if (head_bytes_ >= options_.head_bytes_max) {
    own_code_ = "HPE_HEADER_OVERFLOW";
    own_reason_ = "Header overflow";
    return HPE_USER;
  }
  to.append(at, length);
  return 0;
}

int http_parser::end_field() {
  while (field_.content.ends_with(' ') || field_.content.ends_with('\t'))
    field_.content.pop_back();
  head_bytes_ += std::string_view{": \r\n"}.size();
  if (fields_.size() < options_.fields_max)
    fields_.push_back(std::move(field_));
  field_ = {};
  return 0;
}

int http_parser::end_head() {
  head_.major = parser_.http_major;
  head_.minor = parser_.http_minor;
  if (options_.responses)
    head_.status = parser_.status_code;
  else
    head_.method = llhttp_method_name(static_cast<llhttp_method_t>(parser_.method));
  head_.fields = std::move(fields_);
  fields_.clear();
  head_bytes_ = 0; // trailers are counted anew

  int what = 0;
  if (options_.responses) {
    bool tunnel = options_.tunnels && head_.status / 100 == 2;
    head_.upgrades = tunnel || head_.status == 101;
    if (head_.upgrades)
      what = 2;
    else if (options_.bodiless && head_.status / 100 != 1)
      what = 1;
    if (!head_.upgrades)
      parser_.upgrade = 0;
  } else {
    head_.upgrades =
      parser_.method == HTTP_CONNECT || (parser_.upgrade != 0 && options_.takes_upgrades);
    if (head_.upgrades)
      what = 2;
    else
      parser_.upgrade = 0;
  }
  head_.keeps_alive = llhttp_should_keep_alive(&parser_) != 0;
  into_->push_back({.what = http_event::kind::head, .head = std::move(head_)});
  head_ = {};
  return what;
}

int http_parser::end_message() {
  into_->push_back({.what = http_event::kind::end, .trailers = std::move(fields_)});
  fields_.clear();
  return 0;
}

std::optional<http_failure> http_parser::outcome(llhttp_errno_t code, std::size_t length) {
  into_ = nullptr;
  if (code == HPE_OK)
    return std::nullopt;
  const auto* at = llhttp_get_error_pos(&parser_);
  auto parsed = at != nullptr && start_ != nullptr && at >= start_ && at <= start_ + length
                  ? static_cast<std::size_t>(at - start_)
                  : length;
  if (code == HPE_PAUSED_UPGRADE) {
    upgraded_at_ = parsed;
    return std::nullopt;
  }
  if (own_code_ != nullptr)
    return http_failure{own_code_, own_reason_, parsed};
  const auto* reason = llhttp_get_error_reason(&parser_);
  return http_failure{llhttp_errno_name(code), reason == nullptr ? "" : reason, parsed};
}

std::optional<http_failure> http_parser::read(std::span<const std::uint8_t> bytes,
                                              std::vector<http_event>& into) {
  into_ = &into;
  start_ = reinterpret_cast<const char*>(bytes.data());
  return outcome(llhttp_execute(&parser_, start_, bytes.size()), bytes.size());
}

std::optional<http_failure> http_parser::finish(std::vector<http_event>& into) {
  into_ = &into;
  start_ = nullptr;
  return outcome(llhttp_finish(&parser_), 0);
}

} // namespace troupe::js::net
