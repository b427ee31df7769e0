#pragma once

#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "runtime/loop_inbox.hpp"
#include "runtime/net/http_parser.hpp"
#include "runtime/net/name_lookup.hpp"
#include "runtime/net/stream.hpp"
#include "runtime/run_ledger.hpp"
#include "runtime/script_hooks.hpp"

#include <v8-context.h>
#include <v8-function-callback.h>
#include <v8-function.h>
#include <v8-persistent-handle.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace troupe::js {
class environment;
} // namespace troupe::js

namespace troupe::js::net {

/// The network of a realm's JavaScript (runtime/builtins/internal/net.js): sockets by number,
/// what comes on them (as bytes, or parsed as HTTP), names of hosts. What happens to a socket
/// is told in a turn with the limits of the one that made it, or made what it listens on; when
/// that turn is stopped, the socket is closed; so are all of a request that is stopped before it
/// is answered.
///
/// Threads:  the isolate's.
/// Lifetime: its realm's; all sockets are closed with it.
class sockets final : private stream_listener {
public:
  /// `network`: may the script itself listen and connect?
  sockets(environment& owner, event_loop& loop, bool network);
  ~sockets();

  sockets(const sockets&) = delete;
  sockets& operator=(const sockets&) = delete;

  void fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Object> to);

  /// A pipe or socket that is open already, with the limits of the turn at hand: a number for
  /// the script, which hears of it as of others. 0: the system has refused, and it is closed.
  [[nodiscard]] std::uint64_t adopt(int descriptor);

  /// The request was stopped: closes what it opened, and what came to its listeners.
  void cancel_of(request_id request);

  /// Tells of sockets that were cancelled, and gives the addresses that were found.
  /// @returns whether there were any.
  bool settle();

  /// Does nothing here keep the context busy?
  [[nodiscard]] bool idle() const noexcept;

private:
  using call = v8::FunctionCallbackInfo<v8::Value>;
  using body = function_ref<void(isolate_scope&, v8::Local<v8::Context>)>;
  /// Runs it in a turn; whether that came to its end.
  using turn_maker = std::shared_ptr<const std::function<bool(body)>>;

  /// What the JavaScript side is told, in the order of `setHooks`.
  enum class hook : std::uint8_t { connection, read, written, connected, shut, found, count };

  struct socket {
    stream_ptr stream;
    turn_maker turns;
    request_id request = 0;
    std::unique_ptr<http_parser> parser{};
    bool refed = true;
  };

  struct lookup {
    std::uint64_t token = 0;
    name_lookup what{};
    turn_maker turns;
    request_id request = 0;
    bool cancelled = false;
  };

  struct answered {
    std::uint64_t token;
    std::shared_ptr<name_lookup> what;
  };

  static void set_hooks(const call& info);
  template <class AtPath, class AtAddress>
  static void begin(const call& info, AtPath at_path, AtAddress at_address);
  static void listen(const call& info);
  static void connect(const call& info);
  static void look_up(const call& info);
  static void read(const call& info);
  static void parse(const call& info);
  static void write(const call& info);
  static void shut(const call& info);
  static void close(const call& info);
  static void address(const call& info);
  static void set_ref(const call& info);
  static void set_option(const call& info);

  void on_connection(stream& at, int status) override;
  void on_read(stream& from, std::span<const std::uint8_t> bytes, int status) override;
  void on_written(stream& to, int status) override;
  void on_connected(stream& which, int status) override;
  void on_shut(stream& which, int status) override;

  [[nodiscard]] static sockets& self_of(const call& info);
  [[nodiscard]] socket* find(v8::Local<v8::Value> number);
  /// @returns its number.
  std::uint64_t add(stream_ptr made, turn_maker turns, request_id request);
  [[nodiscard]] turn_maker turns_of_turn() const;
  /// Calls a hook in a turn of the socket. Afterwards it may be gone.
  using arguments = std::vector<v8::Local<v8::Value>>;
  void tell(std::uint64_t id, hook which,
            const std::function<bool(isolate_scope&, v8::Local<v8::Context>, arguments&)>& make);
  void tell_status(stream& of, hook which, int status);
  bool tell_in(
    const turn_maker& turns, hook which,
    const std::function<bool(isolate_scope&, v8::Local<v8::Context>, arguments&)>& make);
  /// The script hears that it is closed, in a turn of its own.
  void tell_cancelled(const turn_maker& turns, std::uint64_t id);
  void start_lookup();

  environment& owner_;
  event_loop& loop_;
  const bool network_;
  std::unordered_map<std::uint64_t, socket> sockets_;
  std::uint64_t last_id_ = 0;
  std::vector<std::uint64_t> cancelled_; // not told yet
  std::deque<lookup> lookups_;           // the first is under way
  std::shared_ptr<loop_inbox<answered>> inbox_;
  script_hooks<hook> hooks_;
};

} // namespace troupe::js::net
