#pragma once

#include "actors/client.hpp"
#include "troupe/context.hpp"
#include "troupe/future.hpp"

#include <memory>
#include <utility>

namespace troupe::detail {

/// The state of a future that a context answers: receives the reply and turns it
/// into a `T`.
template <class T, class Convert>
class request final : public future_state<T>, public actors::reply_receiver {
public:
  request(std::shared_ptr<callback_queue> callbacks, std::shared_ptr<actors::context_link> link,
          actors::request_id id, Convert convert)
    : future_state<T>(std::move(callbacks)), link_(std::move(link)), id_(id),
      convert_(std::move(convert)) {
  }

  void receive(result<value> outcome) override {
    if (!this->decided())
      this->settle(convert_(std::move(outcome)));
  }

  [[nodiscard]] bool answered() const noexcept override {
    return this->decided();
  }

  void cancel() override {
    link_->cancel(id_);
  }

private:
  std::shared_ptr<actors::context_link> link_;
  actors::request_id id_;
  Convert convert_;
};

/// Sends `message` (whose `request` it fills in) and gives the future of its
/// answer; at once, with an error, when there is no context.
template <class T, class Message, class Convert>
[[nodiscard]] future<T> ask(const std::shared_ptr<callback_queue>& callbacks,
                            const std::shared_ptr<actors::client>& client,
                            const std::shared_ptr<actors::context_link>& link, Message message,
                            Convert convert) {
  if (!link) {
    auto state = std::make_shared<future_state<T>>(callbacks);
    state->settle(error{.code = errc::no_such_context,
                        .message = "the handle is empty: it was moved from or never spawned"});
    return future_access::make<T>(std::move(state));
  }
  message.request = client->next_request();
  auto state =
    std::make_shared<request<T, Convert>>(callbacks, link, message.request, std::move(convert));
  if constexpr (requires { message.receiver; })
    message.receiver = state;
  link->ask(std::move(message), state);
  return future_access::make<T>(std::move(state));
}

/// Hands the pieces of a context to its handle.
struct context_access {
  [[nodiscard]] static context make(std::shared_ptr<actors::context_link> link,
                                    std::shared_ptr<actors::client> client,
                                    std::shared_ptr<callback_queue> callbacks);

  /// Compiles a script that was made before.
  [[nodiscard]] static future<script> compile(context& where, const script& what);

  /// Lets go of a context without ending it.
  static void release(context from) {
    from.link_.reset();
  }
};

} // namespace troupe::detail
