#include "runtime/script_input.hpp"

#include "runtime/builtin_bindings.hpp"
#include "runtime/byte_view.hpp"
#include "runtime/environment.hpp"
#include "runtime/exception.hpp"
#include "runtime/system_failure.hpp"
#include "runtime/work_pool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <v8-container.h>
#include <v8-exception.h>
#include <v8-external.h>
#include <v8-typed-array.h>

#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

namespace troupe::js {

namespace {

constexpr std::size_t piece_size = 65536;

// As of a file.
constexpr std::size_t whole_max = (std::size_t{1} << 31) - 1;

// How soon a read that blocks notices that its run is to stop.
constexpr int look_every_ms = 50;

/// Of our own.
int duplicate(int descriptor) {
  return ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
}

/// The same pipe, opened anew: that ours does not block changes nothing for others.
int reopened_pipe(int descriptor) {
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0 || !S_ISFIFO(facts.st_mode))
    return -1;
  auto path = "/proc/self/fd/" + std::to_string(descriptor);
  return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/// [errno, code, words], or undefined; null at the end.
v8::Local<v8::Value> failure_of(v8::Isolate* isolate, int status) {
  if (status == 0)
    return v8::Undefined(isolate);
  if (status == UV_EOF)
    return v8::Null(isolate);
  return system_failure(isolate, status);
}

} // namespace

/// Deletes itself when it is closed.
struct script_input::watched {
  event_loop* loop;
  script_input* owner; // null once closed
  int descriptor;
  int flags = -1; // those of a socket, which others may have too
  std::array<char, piece_size> memory;
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tty_t tty;
    uv_pipe_t pipe;
    uv_tcp_t tcp;
  } uv{};

  /// Null: libuv does not read such a thing by itself. `failed`: or it cannot be read.
  static watched* make(script_input& of, int& failed) {
    failed = 0;
    auto kind = uv_guess_handle(of.descriptor_);
    if (kind != UV_TTY && kind != UV_NAMED_PIPE && kind != UV_TCP)
      return nullptr;
    int number = kind == UV_NAMED_PIPE ? reopened_pipe(of.descriptor_) : -1;
    bool is_shared = number < 0;
    if (is_shared)
      number = duplicate(of.descriptor_);
    if (number < 0) {
      failed = -errno;
      return nullptr;
    }
    auto* made = new watched{.loop = &of.loop_, .owner = &of, .descriptor = number};
    if (is_shared && kind != UV_TTY)
      made->flags = ::fcntl(number, F_GETFL);
    auto& loop = of.loop_.uv();
    if (kind == UV_TTY) {
      failed = uv_tty_init(&loop, &made->uv.tty, number, 1);
      if (failed != 0) {
        ::close(number);
        delete made;
        return nullptr;
      }
    } else {
      failed = kind == UV_TCP ? uv_tcp_init(&loop, &made->uv.tcp)
                              : uv_pipe_init(&loop, &made->uv.pipe, 0);
      if (failed == 0)
        failed = kind == UV_TCP ? uv_tcp_open(&made->uv.tcp, number)
                                : uv_pipe_open(&made->uv.pipe, number);
    }
    made->uv.handle.data = made;
    of.loop_.opened();
    if (failed == 0)
      return made;
    ::close(number);
    made->close();
    return nullptr;
  }

  int start() {
    auto allocate = [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
      auto& into = static_cast<watched*>(handle->data)->memory;
      *buffer = uv_buf_init(into.data(), piece_size);
    };
    auto status = uv_read_start(
      &uv.stream, allocate, [](uv_stream_t* from, ssize_t count, const uv_buf_t* to) {
        auto* self = static_cast<watched*>(from->data);
        if (count == 0 || self->owner == nullptr)
          return;
        if (count < 0)
          uv_read_stop(from);
        self->owner->came({to->base, count > 0 ? static_cast<std::size_t>(count) : 0},
                          count > 0 ? 0 : static_cast<int>(count));
      });
    return status == UV_EALREADY ? 0 : status;
  }

  void close() {
    owner = nullptr;
    if (flags != -1)
      ::fcntl(descriptor, F_SETFL, flags);
    uv_close(&uv.handle, [](uv_handle_t* handle) {
      auto* self = static_cast<watched*>(handle->data);
      self->loop->closed();
      delete self;
    });
  }
};

script_input::script_input(environment& owner, event_loop& loop, int descriptor)
  : owner_(owner), loop_(loop), descriptor_(descriptor),
    inbox_(std::make_shared<loop_inbox<piece>>(loop.waker())) {
}

script_input::~script_input() {
  inbox_->close();
  if (handle_ != nullptr)
    handle_->close();
}

void script_input::fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                                v8::Local<v8::Object> to) {
  auto self = v8::External::New(here.v8(), this);
  add_function(context, to, "readStart", &start, self);
  add_function(context, to, "readStop", &stop, self);
  add_function(context, to, "setInputRef", &set_ref, self);
  add_function(context, to, "readWholeInput", &read_all, self);
}

// -- what comes ---------------------------------------------------------------------------

int script_input::begin() {
  if (!open_) {
    int failed = 0;
    if (descriptor_ >= 0)
      handle_ = watched::make(*this, failed);
    if (failed != 0)
      return failed;
    open_ = true;
  }
  reading_ = true;
  if (has_kept_) {
    has_kept_ = false;
    inbox_->post(std::exchange(kept_, {}));
    in_pool_ = handle_ == nullptr;
  } else if (handle_ != nullptr) {
    return handle_->start();
  } else if (!in_pool_) {
    read_in_pool();
  }
  return 0;
}

void script_input::read_in_pool() {
  in_pool_ = true;
  auto number = descriptor_ < 0 ? -1 : duplicate(descriptor_);
  if (number < 0) { // there is none, or it is closed
    inbox_->post({.bytes = {}, .status = UV_EOF});
    return;
  }
  work_pool::instance().run([inbox = inbox_, number] {
    piece made;
    made.bytes.resize(piece_size);
    ssize_t count = -1;
    do
      count = ::read(number, made.bytes.data(), made.bytes.size());
    while (count < 0 && errno == EINTR);
    made.status = count > 0 ? 0 : count == 0 ? static_cast<int>(UV_EOF) : -errno;
    made.bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    ::close(number);
    inbox->post(std::move(made));
  });
}

bool script_input::settle() {
  auto pieces = inbox_->take();
  for (auto& each : pieces) {
    in_pool_ = false;
    if (!reading_) {
      kept_ = std::move(each);
      has_kept_ = true;
      continue;
    }
    came(each.bytes, each.status);
    if (reading_ && !in_pool_)
      read_in_pool();
  }
  return !pieces.empty();
}

void script_input::came(std::span<const char> bytes, int status) {
  if (status != 0)
    reading_ = false;
  auto turns = turns_;
  bool whole = turns([&](isolate_scope& here, v8::Local<v8::Context> context) {
    auto* isolate = here.v8();
    v8::TryCatch caught{isolate};
    v8::Local<v8::Uint8Array> content;
    if (new_bytes(isolate, std::string_view{bytes.data(), bytes.size()}).ToLocal(&content)) {
      v8::Local<v8::Value> both[]{failure_of(isolate, status), content};
      if (!callback_.Get(isolate)
             ->Call(context, v8::Undefined(isolate), std::size(both), both)
             .IsEmpty())
        return;
    }
    if (caught.HasCaught() && !caught.HasTerminated())
      owner_.uncaught(here, context, caught.Exception(), caught.Message());
  });
  if (whole || !reading_)
    return;
  // Its turn was stopped: nobody takes what comes.
  reading_ = false;
  if (handle_ != nullptr)
    uv_read_stop(&handle_->uv.stream);
}

// -- what the script calls -----------------------------------------------------------------

script_input& script_input::self_of(const call& info) {
  return *static_cast<script_input*>(info.Data().As<v8::External>()->Value());
}

/// readStart(function(failure, bytes)): failure, as it is told.
void script_input::start(const call& info) {
  auto& self = self_of(info);
  self.callback_.Reset(info.GetIsolate(), info[0].As<v8::Function>());
  self.turns_ = self.owner_.callbacks_of_turn();
  info.GetReturnValue().Set(failure_of(info.GetIsolate(), self.begin()));
}

void script_input::stop(const call& info) {
  auto& self = self_of(info);
  self.reading_ = false;
  if (self.handle_ != nullptr)
    uv_read_stop(&self.handle_->uv.stream);
}

/// setInputRef(does it keep the context busy?)
void script_input::set_ref(const call& info) {
  self_of(info).refed_ = info[0]->IsTrue();
}

/// readWholeInput(): [failure, bytes]; waits.
void script_input::read_all(const call& info) {
  auto& self = self_of(info);
  auto* isolate = info.GetIsolate();
  std::string content;
  std::array<char, piece_size> memory;
  int status = self.descriptor_ < 0 ? -EBADF : 0;
  while (status == 0) {
    pollfd what{.fd = self.descriptor_, .events = POLLIN, .revents = 0};
    auto ready = ::poll(&what, 1, look_every_ms);
    // Before anything is taken that nobody would get.
    if (self.owner_.ledger()->stopping()) {
      throw_stopped(isolate);
      return;
    }
    if (ready == 0)
      continue;
    auto count = ::read(self.descriptor_, memory.data(), memory.size());
    if (count == 0)
      break;
    if (count > 0)
      content.append(memory.data(), static_cast<std::size_t>(count));
    else if (errno != EINTR && errno != EAGAIN)
      status = -errno;
    if (content.size() > whole_max)
      status = -EFBIG;
  }
  if (status != 0)
    content = {};
  v8::Local<v8::Uint8Array> bytes;
  if (!new_bytes(isolate, content).ToLocal(&bytes))
    return;
  v8::Local<v8::Value> both[]{failure_of(isolate, status), bytes};
  info.GetReturnValue().Set(v8::Array::New(isolate, both, std::size(both)));
}

} // namespace troupe::js
