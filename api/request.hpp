#pragma once

#include "actors/client.hpp"
#include "api/context_home.hpp"
#include "troupe/context.hpp"
#include "troupe/future.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::detail {

/// The state of a future that a context answers: receives the reply and turns it
/// into a `T`.
template <class T, class Convert>
class request final : public future_state<T>, public actors::reply_receiver {
public:
  request(const context_home& home, actors::request_id id, Convert convert)
    : future_state<T>(home.callbacks), link_(home.link), id_(id), convert_(std::move(convert)) {
  }

  void receive(result<value> outcome) override {
    if (!this->decided())
      this->settle(convert_(std::move(outcome)));
  }

  [[nodiscard]] bool answered() const noexcept override {
    return this->decided();
  }

  void cancel_step(std::vector<std::shared_ptr<cancellable>>&) override {
    link_->cancel(id_);
  }

private:
  std::shared_ptr<actors::context_link> link_;
  actors::request_id id_;
  Convert convert_;
};

/// A future that is answered with an error from the start.
template <class T>
[[nodiscard]] future<T> refuse(const std::shared_ptr<const context_home>& home, error why) {
  auto state = std::make_shared<future_state<T>>(home ? home->callbacks : nullptr);
  state->settle(std::move(why));
  return future_access::make<T>(std::move(state));
}

/// Sends `message` (whose `request` it fills in) and gives the future of its
/// answer; at once, with an error, when there is no context.
template <class T, class Message, class Convert>
[[nodiscard]] future<T> ask(const std::shared_ptr<const context_home>& home, Message message,
                            Convert convert) {
  if (!home || !home->link)
    return refuse<T>(home,
                     {.code = errc::no_such_context,
                      .message = "the handle is empty: it was moved from or never spawned"});
  message.request = home->client->next_request();
  auto state = std::make_shared<request<T, Convert>>(*home, message.request, std::move(convert));
  if constexpr (requires { message.receiver; })
    message.receiver = state;
  home->link->ask(std::move(message), state);
  return future_access::make<T>(std::move(state));
}

/// What context actors answer to requests for a `T`.
template <class T>
[[nodiscard]] result<T> converted(result<value> outcome) {
  if constexpr (std::is_same_v<T, value>) {
    return outcome;
  } else {
    if (!outcome)
      return std::move(outcome).error();
    if constexpr (std::is_void_v<T>)
      return {};
    else
      return outcome->as<T>();
  }
}

/// What is wrong with the options, if anything is.
[[nodiscard]] std::optional<error> check(const run_options& how);

/// Hands the pieces of a context to its handle.
struct context_access {
  [[nodiscard]] static context make(std::shared_ptr<const context_home> home) {
    context made;
    made.seat_ = std::make_shared<context_seat>(std::move(home));
    return made;
  }

  /// Compiles a script that was made before.
  [[nodiscard]] static future<script> compile(context& where, const script& what);

  /// Lets go of a context without ending it.
  static void release(context from) {
    from.seat_.reset();
  }
};

} // namespace troupe::detail
