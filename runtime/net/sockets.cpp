#include "runtime/net/sockets.hpp"

#include "runtime/builtin_bindings.hpp"
#include "runtime/byte_view.hpp"
#include "runtime/environment.hpp"
#include "runtime/exception.hpp"
#include "runtime/structured_clone.hpp"
#include "runtime/system_failure.hpp"
#include "runtime/work_pool.hpp"

#include <arpa/inet.h>
#include <unistd.h>
#include <v8-array-buffer.h>
#include <v8-container.h>
#include <v8-exception.h>
#include <v8-external.h>
#include <v8-typed-array.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::js {

void fill_net_binding(isolate_scope& here, v8::Local<v8::Context> context,
                      v8::Local<v8::Object> to, environment& owner) {
  if (auto* sockets = owner.sockets())
    sockets->fill_binding(here, context, to);
}

namespace net {

namespace {

// What is open is memory outside of V8's heap, and a descriptor of the process.
constexpr std::size_t sockets_max = 10'000;
constexpr std::size_t lookups_max = 10'000;
constexpr int host_length_max = 1024;
// What a script may raise the limit on heads to: they are collected outside of V8's heap.
constexpr double head_bytes_max = 1 << 20;
constexpr double fields_max = 1 << 16;

v8::Local<v8::String> latin1(v8::Isolate* isolate, std::string_view from,
                             v8::NewStringType how = v8::NewStringType::kNormal) {
  return v8::String::NewFromOneByte(isolate, reinterpret_cast<const std::uint8_t*>(from.data()),
                                    how, static_cast<int>(from.size()))
    .ToLocalChecked(); // of head_bytes_max at most
}

v8::Local<v8::Number> number(v8::Isolate* isolate, double from) {
  return v8::Number::New(isolate, from);
}

double number_of(v8::Local<v8::Value> from) {
  return from->IsNumber() ? from.As<v8::Number>()->Value() : 0.0;
}

/// Of a number that a script may have chosen.
double between(v8::Local<v8::Value> from, double least, double most) {
  auto given = number_of(from);
  return given > least ? std::min(given, most) : least; // NaN is the least
}

std::string string_of(const v8::FunctionCallbackInfo<v8::Value>& info, int i) {
  return info[i]->IsString() ? to_utf8(info.GetIsolate(), info[i].As<v8::String>())
                             : std::string{};
}

/// Of an IPv4 or IPv6 address, with `%scope` perhaps.
int parse_address(const std::string& text, int port, sockaddr_storage& to) {
  if (uv_ip4_addr(text.c_str(), port, reinterpret_cast<sockaddr_in*>(&to)) == 0)
    return 0;
  return uv_ip6_addr(text.c_str(), port, reinterpret_cast<sockaddr_in6*>(&to));
}

const sockaddr& plain(const sockaddr_storage& from) {
  return reinterpret_cast<const sockaddr&>(from);
}

v8::Local<v8::Array> list_of(v8::Isolate* isolate, const std::vector<http_field>& fields) {
  std::vector<v8::Local<v8::Value>> items;
  items.reserve(fields.size() * 2);
  for (const auto& each : fields) {
    items.push_back(latin1(isolate, each.name, v8::NewStringType::kInternalized));
    items.push_back(latin1(isolate, each.content));
  }
  return v8::Array::New(isolate, items.data(), items.size());
}

/// [0, method, target, major, minor, keeps alive?, upgrades?, fields] (of a response, status
/// and its words), [1, offset, length], [2, trailers]
v8::Local<v8::Array> event_of(v8::Isolate* isolate, const http_event& from) {
  std::vector<v8::Local<v8::Value>> items{number(isolate, static_cast<double>(from.what))};
  switch (from.what) {
    case http_event::kind::head: {
      const auto& head = from.head;
      if (head.method.empty())
        items.push_back(number(isolate, head.status));
      else
        items.push_back(latin1(isolate, head.method, v8::NewStringType::kInternalized));
      items.push_back(latin1(isolate, head.text));
      items.push_back(number(isolate, head.major));
      items.push_back(number(isolate, head.minor));
      items.push_back(v8::Boolean::New(isolate, head.keeps_alive));
      items.push_back(v8::Boolean::New(isolate, head.upgrades));
      items.push_back(list_of(isolate, head.fields));
      break;
    }
    case http_event::kind::body:
      items.push_back(number(isolate, static_cast<double>(from.offset)));
      items.push_back(number(isolate, static_cast<double>(from.length)));
      break;
    case http_event::kind::end:
      items.push_back(list_of(isolate, from.trailers));
      break;
  }
  return v8::Array::New(isolate, items.data(), items.size());
}

v8::Local<v8::Value> status_of(v8::Isolate* isolate, int status) {
  if (status < 0)
    return system_failure(isolate, status);
  return number(isolate, status);
}

/// The memory of a view, kept; a copy when a script could take the memory away or change its
/// size meanwhile. Empty with an exception pending.
std::optional<stream_piece> piece_of(v8::Isolate* isolate, v8::Local<v8::Value> from) {
  auto view = from.As<v8::ArrayBufferView>();
  auto buffer = view->Buffer();
  if (buffer->IsResizableByUserJavaScript() || !buffer->IsDetachable()) {
    auto bytes = bytes_of(view);
    auto length = bytes.size();
    v8::Local<v8::ArrayBuffer> copy;
    if (!new_buffer(isolate, length).ToLocal(&copy))
      return std::nullopt;
    bytes = bytes_of(view); // collecting garbage runs no script, yet
    length = std::min(length, bytes.size());
    if (length != 0)
      std::memcpy(copy->Data(), bytes.data(), length);
    auto store = copy->GetBackingStore();
    const auto* data = static_cast<const char*>(store->Data());
    return stream_piece{std::move(store), data, length};
  }
  auto store = buffer->GetBackingStore();
  const auto* data = static_cast<const char*>(store->Data()) + view->ByteOffset();
  return stream_piece{std::move(store), data, view->ByteLength()};
}

} // namespace

// -- construction ---------------------------------------------------------------------

sockets::sockets(environment& owner, event_loop& loop, bool network)
  : owner_(owner), loop_(loop), network_(network),
    inbox_(std::make_shared<loop_inbox<answered>>(loop.waker())) {
}

sockets::~sockets() {
  inbox_->close();
}

void sockets::fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                           v8::Local<v8::Object> to) {
  auto self = v8::External::New(here.v8(), this);
  add_function(context, to, "setHooks", &set_hooks, self);
  if (network_) {
    add_function(context, to, "listen", &listen, self);
    add_function(context, to, "connect", &connect, self);
    add_function(context, to, "lookup", &look_up, self);
  }
  add_function(context, to, "read", &read, self);
  add_function(context, to, "parse", &parse, self);
  add_function(context, to, "write", &write, self);
  add_function(context, to, "shut", &shut, self);
  add_function(context, to, "close", &close, self);
  add_function(context, to, "address", &address, self);
  add_function(context, to, "setRef", &set_ref, self);
  add_function(context, to, "setOption", &set_option, self);
}

sockets& sockets::self_of(const call& info) {
  return *static_cast<sockets*>(info.Data().As<v8::External>()->Value());
}

sockets::socket* sockets::find(v8::Local<v8::Value> number) {
  auto id = number_of(number);
  auto found =
    id >= 1 && id < 9e15 ? sockets_.find(static_cast<std::uint64_t>(id)) : sockets_.end();
  return found == sockets_.end() ? nullptr : &found->second;
}

std::uint64_t sockets::add(stream_ptr made, turn_maker turns, request_id request) {
  auto id = ++last_id_;
  made->id = id;
  sockets_.emplace(
    id, socket{.stream = std::move(made), .turns = std::move(turns), .request = request});
  return id;
}

std::uint64_t sockets::adopt(int descriptor) {
  auto made =
    loop_.open() < sockets_max ? stream::make(loop_, stream::kind::local, *this) : nullptr;
  if (!made || made->open(descriptor) != 0) {
    ::close(descriptor);
    return 0;
  }
  return add(std::move(made), turns_of_turn(), owner_.request_of_turn());
}

sockets::turn_maker sockets::turns_of_turn() const {
  return std::make_shared<const std::function<bool(body)>>(owner_.callbacks_of_turn());
}

bool sockets::idle() const noexcept {
  return lookups_.empty() && cancelled_.empty()
         && std::ranges::none_of(sockets_, [](const auto& each) {
              return each.second.refed && each.second.stream->active();
            });
}

// -- what the script calls --------------------------------------------------------------

/// setHooks([function, ...]) in the order of `hook`.
void sockets::set_hooks(const call& info) {
  self_of(info).hooks_.set(info.GetIsolate()->GetCurrentContext(), info[0].As<v8::Array>());
}

/// Begins a stream at info[0], an address or, when the port info[1] is -1, a path.
/// Gives its number, or a failure: what `at_path` or `at_address` returns.
template <class AtPath, class AtAddress>
void sockets::begin(const call& info, AtPath at_path, AtAddress at_address) {
  auto& self = self_of(info);
  auto port = static_cast<int>(between(info[1], -1, 65535));
  auto fail = [&](int status) {
    info.GetReturnValue().Set(system_failure(info.GetIsolate(), status));
  };
  if (self.loop_.open() >= sockets_max) // those that are closing have their memory still
    return fail(UV_EMFILE);
  auto made = stream::make(self.loop_, port < 0 ? stream::kind::local : stream::kind::tcp, self);
  if (!made)
    return fail(UV_EMFILE);
  auto where = string_of(info, 0);
  int failed = 0;
  if (port < 0) {
    failed = at_path(*made, where);
  } else {
    sockaddr_storage address{};
    failed = parse_address(where, port, address);
    if (failed == 0)
      failed = at_address(*made, plain(address));
  }
  if (failed != 0)
    return fail(failed);
  info.GetReturnValue().Set(static_cast<double>(
    self.add(std::move(made), self.turns_of_turn(), self.owner_.request_of_turn())));
}

/// listen(address or path, port, backlog, IPv6 only?): a number, or a failure. The port of a
/// local one is -1.
void sockets::listen(const call& info) {
  auto listen = [&](stream& on, int failed) {
    return failed != 0 ? failed : on.listen(static_cast<int>(between(info[2], 1, 65535)));
  };
  begin(
    info, [&](stream& made, const std::string& path) { return listen(made, made.bind(path)); },
    [&](stream& made, const sockaddr& address) {
      return listen(made, made.bind(address, info[3]->IsTrue()));
    });
}

/// connect(address or path, port): a number, or a failure; the hook tells the rest.
void sockets::connect(const call& info) {
  auto connect = [](stream& made, const auto& where) { return made.connect(where); };
  begin(info, connect, connect);
}

/// lookup(token, host, family): the hook tells, or a failure.
void sockets::look_up(const call& info) {
  auto& self = self_of(info);
  auto* isolate = info.GetIsolate();
  if (self.lookups_.size() >= lookups_max) {
    info.GetReturnValue().Set(system_failure(isolate, UV_EMFILE));
    return;
  }
  // Too long a name is none.
  auto host = info[1]->IsString() && info[1].As<v8::String>()->Length() <= host_length_max
                ? string_of(info, 1)
                : std::string{};
  self.lookups_.push_back(
    {.token = static_cast<std::uint64_t>(between(info[0], 0, 9e15)),
     .what = {.host = host, .family = static_cast<int>(between(info[2], 0, 6))},
     .turns = self.turns_of_turn(),
     .request = self.owner_.request_of_turn()});
  if (self.lookups_.size() == 1)
    self.start_lookup();
}

/// read(number, on?): 0 or a failure
void sockets::read(const call& info) {
  auto* which = self_of(info).find(info[0]);
  int status = UV_EBADF;
  if (which != nullptr && info[1]->IsTrue())
    status = which->stream->read_start();
  else if (which != nullptr) {
    which->stream->read_stop();
    status = 0;
  }
  info.GetReturnValue().Set(status_of(info.GetIsolate(), status));
}

/// parse(number, kind, bytes of a head at most, fields at most, flags): what comes is HTTP from
/// now on: requests (1) or responses (2); or bytes (0). Flags: 1 = no body, 2 = a tunnel,
/// 4 = upgrades are taken.
void sockets::parse(const call& info) {
  auto* which = self_of(info).find(info[0]);
  if (which == nullptr)
    return;
  auto kind = static_cast<int>(between(info[1], 0, 2));
  auto flags = static_cast<unsigned>(between(info[4], 0, 7));
  if (kind == 0)
    which->parser.reset();
  else
    which->parser = std::make_unique<http_parser>(http_parser_options{
      .responses = kind == 2,
      .head_bytes_max = static_cast<std::size_t>(between(info[2], 0, head_bytes_max)),
      .fields_max = static_cast<std::size_t>(between(info[3], 0, fields_max)),
      .bodiless = (flags & 1) != 0,
      .tunnels = (flags & 2) != 0,
      .takes_upgrades = (flags & 4) != 0});
}

/// write(number, [bytes, ...]): 0 when it is done, 1 when the hook tells, or a failure.
void sockets::write(const call& info) {
  auto* isolate = info.GetIsolate();
  auto context = isolate->GetCurrentContext();
  auto* which = self_of(info).find(info[0]);
  int status = UV_EBADF;
  if (which != nullptr) {
    auto given = info[1].As<v8::Array>();
    std::vector<stream_piece> pieces;
    for (std::uint32_t i = 0; i < given->Length(); ++i) {
      v8::Local<v8::Value> item;
      if (!given->Get(context, i).ToLocal(&item))
        return;
      if (!item->IsArrayBufferView())
        continue;
      auto piece = piece_of(isolate, item);
      if (!piece)
        return;
      // libuv counts in 32 bits.
      constexpr std::size_t piece_max = std::size_t{1} << 30;
      while (piece->length > piece_max) {
        pieces.push_back({piece->keeper, piece->data, piece_max});
        piece->data += piece_max;
        piece->length -= piece_max;
      }
      if (piece->length != 0)
        pieces.push_back(*std::move(piece));
    }
    status = pieces.empty() ? 0 : which->stream->write(std::move(pieces));
  }
  info.GetReturnValue().Set(status_of(isolate, status));
}

/// shut(number): 0 or a failure; the hook tells the rest.
void sockets::shut(const call& info) {
  auto* which = self_of(info).find(info[0]);
  info.GetReturnValue().Set(
    status_of(info.GetIsolate(), which != nullptr ? which->stream->shut_down() : UV_EBADF));
}

/// close(number): nothing is told of it any more.
void sockets::close(const call& info) {
  auto& self = self_of(info);
  if (auto* which = self.find(info[0]))
    self.sockets_.erase(which->stream->id);
}

/// address(number, of the other side?): [address, port, family], or a failure
void sockets::address(const call& info) {
  auto* isolate = info.GetIsolate();
  auto* which = self_of(info).find(info[0]);
  sockaddr_storage found{};
  auto status = which != nullptr ? which->stream->address(info[1]->IsTrue(), found) : UV_EBADF;
  char text[INET6_ADDRSTRLEN]{};
  if (status == 0)
    status = uv_ip_name(&plain(found), text, sizeof text);
  if (status != 0) {
    info.GetReturnValue().Set(status_of(isolate, status));
    return;
  }
  bool is_v6 = found.ss_family == AF_INET6;
  auto port = is_v6 ? reinterpret_cast<sockaddr_in6&>(found).sin6_port
                    : reinterpret_cast<sockaddr_in&>(found).sin_port;
  v8::Local<v8::Value> items[]{latin1(isolate, text), number(isolate, ntohs(port)),
                               latin1(isolate, is_v6 ? "IPv6" : "IPv4")};
  info.GetReturnValue().Set(v8::Array::New(isolate, items, std::size(items)));
}

/// setRef(number, keeps the context busy?)
void sockets::set_ref(const call& info) {
  if (auto* which = self_of(info).find(info[0]))
    which->refed = info[1]->IsTrue();
}

/// setOption(number, 0 = no delay or 1 = keep alive, on?, seconds)
void sockets::set_option(const call& info) {
  auto* which = self_of(info).find(info[0]);
  if (which == nullptr)
    return;
  if (number_of(info[1]) == 0)
    which->stream->set_no_delay(info[2]->IsTrue());
  else
    which->stream->set_keep_alive(info[2]->IsTrue(),
                                  static_cast<unsigned>(between(info[3], 0, 86400)));
}

// -- what the script is told ------------------------------------------------------------

bool sockets::tell_in(
  const turn_maker& turns, hook which,
  const std::function<bool(isolate_scope&, v8::Local<v8::Context>, arguments&)>& make) {
  auto keep = turns; // the script may drop what has it
  return (*keep)([&](isolate_scope& here, v8::Local<v8::Context> context) {
    if (!hooks_.has(which))
      return;
    v8::TryCatch caught{here.v8()};
    arguments with;
    if (make(here, context, with) && !hooks_.call(context, which, std::move(with)).IsEmpty())
      return;
    if (caught.HasCaught() && !caught.HasTerminated())
      owner_.uncaught(here, context, caught.Exception(), caught.Message());
  });
}

void sockets::tell(
  std::uint64_t id, hook which,
  const std::function<bool(isolate_scope&, v8::Local<v8::Context>, arguments&)>& make) {
  auto found = sockets_.find(id);
  if (found == sockets_.end())
    return;
  auto turns = found->second.turns;
  if (tell_in(turns, which, make))
    return;
  // Its turn was stopped: whatever the script had in mind for it is lost.
  if (sockets_.erase(id) != 0)
    tell_cancelled(turns, id);
}

void sockets::tell_cancelled(const turn_maker& turns, std::uint64_t id) {
  tell_in(turns, hook::read, [id](isolate_scope& here, v8::Local<v8::Context>, arguments& with) {
    with = {number(here.v8(), static_cast<double>(id)), system_failure(here.v8(), UV_ECANCELED)};
    return true;
  });
}

void sockets::tell_status(stream& of, hook which, int status) {
  tell(of.id, which,
       [id = of.id, status](isolate_scope& here, v8::Local<v8::Context>, arguments& with) {
         with = {number(here.v8(), static_cast<double>(id)), status_of(here.v8(), status)};
         return true;
       });
}

void sockets::on_connection(stream& at, int status) {
  auto listening = at.id;
  auto found = sockets_.find(listening);
  if (found == sockets_.end())
    return;
  auto made = status == 0 ? at.accept() : nullptr;
  if (!made || sockets_.size() >= sockets_max)
    return; // the system, or we, have no room for it
  auto id = add(std::move(made), found->second.turns, found->second.request);
  tell(id, hook::connection,
       [listening, id](isolate_scope& here, v8::Local<v8::Context>, arguments& with) {
         with = {number(here.v8(), static_cast<double>(listening)),
                 number(here.v8(), static_cast<double>(id))};
         return true;
       });
}

void sockets::on_read(stream& from, std::span<const std::uint8_t> bytes, int status) {
  auto found = sockets_.find(from.id);
  if (found == sockets_.end())
    return;
  std::vector<http_event> events;
  std::optional<http_failure> failed;
  bool parses = found->second.parser != nullptr;
  bool has_bytes = !parses && !bytes.empty();
  std::size_t http_end = bytes.size();
  if (parses) {
    auto& parser = *found->second.parser;
    if (!bytes.empty())
      failed = parser.read(bytes, events);
    else if (status == UV_EOF)
      failed = parser.finish(events);
    http_end = parser.upgraded_at().value_or(bytes.size());
    if (failed || parser.upgraded_at()) // both end the HTTP here
      found->second.parser.reset();
    has_bytes = failed || http_end != bytes.size()
                || std::ranges::any_of(events, [](const http_event& each) {
                     return each.what == http_event::kind::body;
                   });
  }
  // hook(number, status, bytes, events, end of HTTP in them, [code, reason, bytes parsed])
  tell(from.id, hook::read,
       [&, id = from.id](isolate_scope& here, v8::Local<v8::Context>, arguments& with) {
         auto* isolate = here.v8();
         with = {number(isolate, static_cast<double>(id)),
                 status_of(isolate, status),
                 v8::Undefined(isolate),
                 v8::Undefined(isolate),
                 number(isolate, static_cast<double>(http_end)),
                 v8::Undefined(isolate)};
         if (has_bytes) {
           v8::TryCatch caught{isolate};
           v8::Local<v8::Uint8Array> copy;
           if (!new_bytes(isolate, bytes).ToLocal(&copy)) {
             // No memory for it: the socket fails, not the script.
             with[1] = system_failure(isolate, UV_ENOBUFS);
             return true;
           }
           with[2] = copy;
         }
         if (parses) {
           std::vector<v8::Local<v8::Value>> items;
           items.reserve(events.size());
           for (const auto& each : events)
             items.push_back(event_of(isolate, each));
           with[3] = v8::Array::New(isolate, items.data(), items.size());
         }
         if (failed) {
           v8::Local<v8::Value> parts[]{
             latin1(isolate, failed->code), latin1(isolate, failed->reason),
             number(isolate, static_cast<double>(failed->bytes_parsed))};
           with[5] = v8::Array::New(isolate, parts, std::size(parts));
         }
         return true;
       });
}

void sockets::on_written(stream& to, int status) {
  tell_status(to, hook::written, status);
}

void sockets::on_connected(stream& which, int status) {
  tell_status(which, hook::connected, status);
}

void sockets::on_shut(stream& which, int status) {
  tell_status(which, hook::shut, status);
}

// -- names --------------------------------------------------------------------------------

// One at a time: the threads are there for all contexts.
void sockets::start_lookup() {
  auto& next = lookups_.front();
  work_pool::instance().run(
    [inbox = inbox_, token = next.token, what = std::make_shared<name_lookup>(next.what)] {
      what->run();
      inbox->post({token, what});
    });
}

void sockets::cancel_of(request_id request) {
  std::erase_if(sockets_, [&](const auto& each) {
    bool its = each.second.request == request;
    if (its)
      cancelled_.push_back(each.first);
    return its;
  });
  for (auto& each : lookups_)
    each.cancelled |= each.request == request;
}

bool sockets::settle() {
  auto cancelled = std::exchange(cancelled_, {});
  auto nobodys = std::make_shared<const std::function<bool(body)>>([this](body work) {
    owner_.run_callback(work);
    return true;
  });
  for (auto id : cancelled)
    tell_cancelled(nobodys, id);
  auto come = inbox_->take();
  for (auto& [token, what] : come) {
    auto asked = std::move(lookups_.front());
    lookups_.pop_front();
    auto turns = asked.cancelled ? nobodys : asked.turns;
    auto status = asked.cancelled ? UV_ECANCELED : what->status;
    if (!lookups_.empty())
      start_lookup();
    // hook(token, status, addresses)
    tell_in(turns, hook::found,
            [&](isolate_scope& here, v8::Local<v8::Context>, arguments& with) {
              std::vector<v8::Local<v8::Value>> items;
              for (const auto& each : what->addresses)
                items.push_back(latin1(here.v8(), each));
              with = {number(here.v8(), static_cast<double>(token)), status_of(here.v8(), status),
                      v8::Array::New(here.v8(), items.data(), items.size())};
              return true;
            });
  }
  return !come.empty() || !cancelled.empty();
}

} // namespace net

} // namespace troupe::js
