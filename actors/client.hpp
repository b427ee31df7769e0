#pragma once

#include "actors/loader_port.hpp"
#include "actors/messages.hpp"
#include "actors/reply_receiver.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

class context_link;
class context_roster;

/// Who gets a new context.
class spawn_receiver {
public:
  virtual ~spawn_receiver() = default;
  virtual void receive(result<std::shared_ptr<context_link>> outcome) = 0;
};

/// Who learns that a context has ended.
class exit_receiver {
public:
  virtual ~exit_receiver() = default;
  virtual void receive(const exit_report& report) = 0;
  /// Will nobody look at it?
  [[nodiscard]] virtual bool gone() const = 0;
};

/// The requests that one context has not answered yet. Every receiver gets
/// exactly one answer: the context's, the watchdog's, a cancellation, or the
/// news that the context has ended, whichever comes first.
///
/// Threads:  any; one mutex.
/// Lifetime: shared by the handles to the context and the client.
class context_link : public std::enable_shared_from_this<context_link> {
public:
  context_link(context_id id, std::string name, std::string origin, caf::actor handle,
               std::shared_ptr<const context_gauges> gauges, std::size_t pending_max);

  [[nodiscard]] context_id id() const noexcept {
    return id_;
  }

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

  [[nodiscard]] const std::string& origin() const noexcept {
    return origin_;
  }

  /// Sends a request; answers it at once when the context has ended.
  template <class Request>
  void ask(Request request, std::shared_ptr<reply_receiver> receiver) {
    std::unique_lock guard{mutex_};
    if (report_) {
      auto why = closed_error(*report_);
      guard.unlock();
      receiver->receive(std::move(why));
      return;
    }
    if (pending_max_ != 0 && pending() >= pending_max_) {
      guard.unlock();
      receiver->receive(too_many_error());
      return;
    }
    ++asked_;
    enter(request.request, std::move(receiver));
    send(std::move(request));
  }

  /// Ends the context; it answers through `close`.
  void ask_to_close(bool drain);

  /// Answers one request; later answers to it are ignored.
  void answer(request_id request, result<value> outcome);

  /// Answers the request as cancelled, then stops it.
  void cancel(request_id request);

  /// Answers all open requests and everything that comes after.
  void close(exit_report report);

  void on_exit(std::shared_ptr<exit_receiver> receiver);

  /// Keeps something until the context has ended.
  void keep(std::shared_ptr<const void> what);

  /// Who waits for the end of this context waits for that of `heir` from now on.
  void hand_watchers_to(context_link& heir);

  // -- modules ------------------------------------------------------------------

  /// Makes a loader known; the context refers to it by the number. @returns 0 when the
  /// context has ended.
  [[nodiscard]] std::uint64_t add_port(std::shared_ptr<loader_port> port);
  void remove_port(std::uint64_t id);

  /// A linker asks the loader.
  void load(load_request request);

  /// Nobody waits for the modules of that graph.
  void load_over(js::load_id load);

  [[nodiscard]] bool closed() const;

  [[nodiscard]] context_stats stats() const;

private:
  // Sent under the lock, so that nothing is sent after `close`: the actor system
  // may be gone then. Enqueueing only pushes and wakes.
  template <class Message>
  void send(Message message) {
    last_batch_.reset();
    caf::anon_send(handle_, std::move(message));
  }

  /// Adds to the batch that was sent last, if the context has not opened it.
  void send(run_request request);

  struct open_request {
    request_id request;
    std::shared_ptr<reply_receiver> receiver; // null: answered
  };

  void enter(request_id request, std::shared_ptr<reply_receiver> receiver);
  [[nodiscard]] static bool is_open(const open_request& entry);
  [[nodiscard]] static error closed_error(const exit_report& report);
  [[nodiscard]] error too_many_error() const;
  [[nodiscard]] std::size_t pending() const;
  [[nodiscard]] std::shared_ptr<reply_receiver> take(request_id request);
  void found(js::load_id load, js::fetched_module module);

  struct open_load {
    caf::actor linker;
    std::shared_ptr<loader_port> port;
  };

  const context_id id_;
  const std::string name_;
  const std::string origin_;
  const std::shared_ptr<const context_gauges> gauges_;
  const std::size_t pending_max_; // 0: any number

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::uint64_t asked_ = 0;
  caf::actor handle_;                     // until the context has ended
  std::shared_ptr<run_batch> last_batch_; // unless something else was sent since
  // By number. Runs are answered past this list, and leave it when it is next
  // looked through.
  std::vector<open_request> open_;
  std::size_t look_through_at_ = 0;
  std::vector<std::shared_ptr<exit_receiver>> on_exit_;
  std::size_t look_through_exits_at_ = 0;
  std::shared_ptr<const void> kept_; // until the context has ended
  std::optional<exit_report> report_;
  std::unordered_map<std::uint64_t, std::shared_ptr<loader_port>> ports_;
  std::uint64_t last_port_ = 0;
  std::unordered_map<js::load_id, open_load> loads_;
};

/// The host's end of the conversation with all contexts of a runtime: an actor
/// that settles answers on the thread that brings them, without a hop.
///
/// Threads:  any.
/// Lifetime: `close` first; the actor handle may outlive it.
class client {
public:
  explicit client(caf::actor_system& system);
  ~client();

  client(const client&) = delete;
  client& operator=(const client&) = delete;

  [[nodiscard]] request_id next_request() noexcept {
    return ++last_request_;
  }

  /// Contexts are started there, and seen to their end by that supervisor, from now on.
  void use(std::shared_ptr<context_roster> roster, caf::actor supervisor);

  /// Starts a context, or has the supervisor start it; an internal one takes no place.
  /// References to its objects carry `identity`.
  /// `loader` is the context's own and may be null; `first_port` names it.
  void spawn(context_options options, bool internal, std::shared_ptr<const void> identity,
             std::shared_ptr<loader_port> loader, std::shared_ptr<spawn_receiver> receiver);

  static constexpr std::uint64_t first_port = 1;

  /// The supervisor is gone: refuses all spawns, open and to come.
  void refuse_spawns();

  /// Answers whatever is still open; nothing arrives any more.
  void close();

private:
  struct state; // shared with the actor's enqueue handler

  caf::actor_system& system_;
  std::shared_ptr<state> state_;
  caf::actor self_;
  std::atomic<request_id> last_request_{0};
  std::atomic<context_id> last_context_{0};
};

} // namespace troupe::actors
