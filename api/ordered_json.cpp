#include "api/ordered_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>

namespace troupe::detail {

namespace {

// What walks and destroys trees recurses.
constexpr std::size_t depth_max = 100;

/// Builds a tree from what the parser meets. Of equal keys the last one counts, in
/// the place of the first, as JSON.parse has it.
class tree_builder : public nlohmann::json_sax<nlohmann::json> {
public:
  using form = ordered_json::form;

  bool null() override {
    return add({.is = form::null});
  }
  bool boolean(bool) override {
    return add({});
  }
  bool number_integer(number_integer_t) override {
    return add({});
  }
  bool number_unsigned(number_unsigned_t) override {
    return add({});
  }
  bool number_float(number_float_t, const string_t&) override {
    return add({});
  }
  bool string(string_t& text) override {
    return add({.is = form::text, .text = std::move(text)});
  }
  bool binary(binary_t&) override {
    return false;
  }
  bool start_object(std::size_t) override {
    return open(form::object);
  }
  bool start_array(std::size_t) override {
    return open(form::list);
  }
  bool end_object() override {
    return close();
  }
  bool end_array() override {
    return close();
  }

  bool key(string_t& name) override {
    auto& top = open_.back();
    auto [known, fresh] = top.places.try_emplace(name, top.value.keys.size());
    if (fresh) {
      top.value.keys.push_back(std::move(name));
      top.value.items.emplace_back();
    }
    top.next = known->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    problem_ = "it does not parse as JSON, at byte " + std::to_string(position);
    return false;
  }

  [[nodiscard]] ordered_json take() {
    return std::move(root_);
  }

  [[nodiscard]] const std::string& problem() const noexcept {
    return problem_;
  }

private:
  struct unfinished {
    ordered_json value{};
    std::unordered_map<std::string, std::size_t> places{}; ///< Of an object's keys.
    std::size_t next = 0;                                  ///< Of the key last met.
  };

  bool open(form what) {
    if (open_.size() == depth_max) {
      problem_ = "it is nested too deeply";
      return false;
    }
    open_.emplace_back().value.is = what;
    return true;
  }

  bool close() {
    auto finished = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(finished));
  }

  bool add(ordered_json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    auto& top = open_.back();
    if (top.value.is == form::list)
      top.value.items.push_back(std::move(value));
    else
      top.value.items[top.next] = std::move(value);
    return true;
  }

  std::vector<unfinished> open_;
  ordered_json root_;
  std::string problem_;
};

} // namespace

const ordered_json* ordered_json::find(std::string_view key) const {
  auto found = std::ranges::find(keys, key);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

result<ordered_json> parse_ordered_json(std::string_view text, errc code) {
  tree_builder builder;
  if (!nlohmann::json::sax_parse(text, &builder))
    return error{.code = code, .message = builder.problem()};
  return builder.take();
}

} // namespace troupe::detail
