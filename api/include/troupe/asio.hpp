#pragma once

// Not part of troupe/troupe.hpp: needs Asio, standalone or from Boost. Where both
// are installed standalone Asio is taken, unless TROUPE_USE_BOOST_ASIO is defined.

#include "troupe/future.hpp"

#if !defined(TROUPE_USE_BOOST_ASIO) && __has_include(<asio/async_result.hpp>)
#  include <asio/associated_cancellation_slot.hpp>
#  include <asio/associated_executor.hpp>
#  include <asio/async_result.hpp>
#  include <asio/executor_work_guard.hpp>
#  include <asio/post.hpp>
#elif __has_include(<boost/asio/async_result.hpp>)
#  include <boost/asio/associated_cancellation_slot.hpp>
#  include <boost/asio/associated_executor.hpp>
#  include <boost/asio/async_result.hpp>
#  include <boost/asio/executor_work_guard.hpp>
#  include <boost/asio/post.hpp>
#else
#  error "troupe/asio.hpp needs Asio (Debian: libasio-dev) or Boost.Asio"
#endif

#include <memory>
#include <type_traits>
#include <utility>

namespace troupe {

namespace detail {

#if !defined(TROUPE_USE_BOOST_ASIO) && __has_include(<asio/async_result.hpp>)
namespace net = ::asio;
#else
namespace net = ::boost::asio;
#endif

/// Starts the wait for an answer on behalf of an Asio handler.
template <class T>
struct asio_initiation {
  template <class Handler>
  void operator()(Handler&& handler, future<T> from) const {
    using held_handler = std::decay_t<Handler>;
    auto executor = net::get_associated_executor(handler);
    auto slot = net::get_associated_cancellation_slot(handler);
    struct operation {
      explicit operation(Handler&& completion) : handler(std::forward<Handler>(completion)) {
      }
      held_handler handler;
    };
    auto shared = std::make_shared<operation>(std::forward<Handler>(handler));
    // Before the operation begins: once it is over, the slot may be gone. The
    // answer is cancelled at its source, which may be done from any thread.
    if (slot.is_connected()) {
      auto source = future_access::source(from);
      slot.assign([source](auto) {
        if (auto work = source.lock())
          work->cancel();
      });
    }
    auto complete = [shared, executor, slot,
                     work = net::make_work_guard(executor)](result<T> outcome) mutable {
      net::post(executor,
                [shared = std::move(shared), slot, outcome = std::move(outcome)]() mutable {
                  if (slot.is_connected())
                    slot.clear();
                  auto last = std::move(shared->handler);
                  shared.reset(); // before the handler: it may start the next operation
                  last(std::move(outcome));
                });
      work.reset();
    };
    // The answer is only passed on here, on whatever thread brings it.
    auto here = [](const std::function<void()>& pass_on) { pass_on(); };
    [[maybe_unused]] auto passed_on = std::move(from).on(here).then(std::move(complete));
  }
};

} // namespace detail

/// Waits for the answer as an asynchronous operation of Asio, with the signature
/// `void(result<T>)`: for completion tokens such as `asio::use_awaitable`,
/// `asio::use_future`, `asio::deferred` or a callback. The handler runs on its
/// associated executor, which is kept busy until then. Where the token allows
/// cancellation, that is `future::cancel`: the answer is then `cancelled`.
///
///     result<value> answer = co_await async_get(ctx.run("6 * 7"), asio::use_awaitable);
///
/// Threads: any; a cancellation slot is used as Asio demands, one thread at a
///          time together with the handler's executor.
/// Lifetime: the execution context must outlive the answer, also when it has been
///          stopped: the answer is posted to it.
template <class T, class CompletionToken>
auto async_get(future<T> from, CompletionToken&& token) {
  return detail::net::async_initiate<CompletionToken, void(result<T>)>(
    detail::asio_initiation<T>{}, token, std::move(from));
}

} // namespace troupe
