#include "runtime/child_process/child_processes.hpp"

#include "runtime/builtin_bindings.hpp"
#include "runtime/byte_view.hpp"
#include "runtime/child_process/pipe_ends.hpp"
#include "runtime/child_process/plan_reader.hpp"
#include "runtime/child_process/sync_run.hpp"
#include "runtime/environment.hpp"
#include "runtime/exception.hpp"
#include "runtime/net/sockets.hpp"
#include "runtime/structured_clone.hpp"
#include "runtime/system_failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>
#include <v8-container.h>
#include <v8-exception.h>
#include <v8-external.h>
#include <v8-typed-array.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

namespace troupe::js {

void fill_child_process_binding(isolate_scope& here, v8::Local<v8::Context> context,
                                v8::Local<v8::Object> to, environment& owner) {
  if (auto* processes = owner.child_processes())
    processes->fill_binding(here, context, to);
}

namespace child_process {

namespace {

// Each is descriptors and memory outside of V8's heap, and a process of the system's.
constexpr std::size_t children_max = 256;

v8::Local<v8::Value> number(v8::Isolate* isolate, double from) {
  return v8::Number::New(isolate, from);
}

} // namespace

/// Deletes itself when it is closed.
struct child_processes::watch {
  event_loop* loop;
  child_processes* owner; // null once closed
  std::uint64_t id;
  uv_poll_t poll{};

  static watch* make(child_processes& of, std::uint64_t id, int descriptor, int& failed) {
    auto* made = new watch{.loop = &of.loop_, .owner = &of, .id = id};
    failed = uv_poll_init(&of.loop_.uv(), &made->poll, descriptor);
    if (failed != 0) {
      delete made;
      return nullptr;
    }
    made->poll.data = made;
    of.loop_.opened();
    failed = uv_poll_start(&made->poll, UV_READABLE, [](uv_poll_t* handle, int, int) {
      auto* self = static_cast<watch*>(handle->data);
      if (self->owner != nullptr)
        self->owner->ended(self->id);
    });
    if (failed == 0)
      return made;
    made->close();
    return nullptr;
  }

  /// Before the descriptor is.
  void close() {
    owner = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&poll), [](uv_handle_t* handle) {
      auto* self = static_cast<watch*>(handle->data);
      self->loop->closed();
      delete self;
    });
  }
};

child_processes::child_processes(environment& owner, event_loop& loop)
  : owner_(owner), loop_(loop) {
}

child_processes::~child_processes() {
  for (auto& [id, each] : children_)
    each.watcher->close();
}

void child_processes::fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                                   v8::Local<v8::Object> to) {
  auto self = v8::External::New(here.v8(), this);
  add_function(context, to, "setHooks", &set_hooks, self);
  add_function(context, to, "spawn", &spawn, self);
  add_function(context, to, "runSync", &run_sync, self);
  add_function(context, to, "kill", &kill, self);
  add_function(context, to, "setRef", &set_ref, self);
  add_function(context, to, "takeChannel", &take_channel, self);
}

bool child_processes::idle() const noexcept {
  return std::ranges::none_of(children_, [](const auto& each) { return each.second.refed; });
}

void child_processes::cancel_of(request_id request) {
  for (auto& [id, each] : children_)
    if (each.request == request && request != 0) {
      each.what.kill(SIGKILL);
      // It is told as everybody's.
      each.turns = [this](body work) {
        owner_.run_callback(work);
        return true;
      };
    }
}

void child_processes::ended(std::uint64_t id) {
  auto found = children_.find(id);
  if (found == children_.end())
    return;
  auto end = found->second.what.reap();
  if (!end)
    return;
  auto turns = std::move(found->second.turns);
  found->second.watcher->close();
  children_.erase(found);
  turns([&](isolate_scope& here, v8::Local<v8::Context> context) {
    if (!hooks_.has(hook::exited))
      return;
    auto* isolate = here.v8();
    v8::TryCatch caught{isolate};
    // exited(number, code or a failure, signal)
    v8::Local<v8::Value> code = end->failed != 0
                                  ? system_failure(isolate, end->failed).As<v8::Value>()
                                  : number(isolate, end->code);
    if (hooks_
          .call(context, hook::exited,
                {number(isolate, static_cast<double>(id)), code, number(isolate, end->signal)})
          .IsEmpty()
        && caught.HasCaught() && !caught.HasTerminated())
      owner_.uncaught(here, context, caught.Exception(), caught.Message());
  });
}

// -- what the script calls --------------------------------------------------------------

child_processes& child_processes::self_of(const call& info) {
  return *static_cast<child_processes*>(info.Data().As<v8::External>()->Value());
}

child_processes::entry* child_processes::find(v8::Local<v8::Value> number) {
  auto id = between(number, 0, 9e15);
  auto found = id >= 1 ? children_.find(static_cast<std::uint64_t>(id)) : children_.end();
  return found == children_.end() ? nullptr : &found->second;
}

/// setHooks([function, ...]) in the order of `hook`.
void child_processes::set_hooks(const call& info) {
  self_of(info).hooks_.set(info.GetIsolate()->GetCurrentContext(), info[0].As<v8::Array>());
}

/// spawn(file, arguments, variables, folder, descriptors, detached?, uid, gid): as `plan_reader`
/// says. Gives [number, pid, numbers of sockets or 0], or a failure.
void child_processes::spawn(const call& info) {
  auto& self = self_of(info);
  auto* isolate = info.GetIsolate();
  auto fail = [&](int status) { info.GetReturnValue().Set(system_failure(isolate, status)); };
  if (self.children_.size() >= children_max)
    return fail(UV_EAGAIN);
  plan_reader reader{info};
  auto plan = reader.read(info);
  if (reader.failed() != 0)
    return fail(reader.failed());
  pipe_ends ends{plan};
  if (ends.failed() != 0)
    return fail(ends.failed());
  std::optional<child> started;
  if (auto failed = child::start(plan, started); failed != 0)
    return fail(failed);
  ends.close_theirs();
  auto id = ++self.last_id_;
  int failed = 0;
  auto* watcher = watch::make(self, id, started->descriptor(), failed);
  if (watcher == nullptr)
    return fail(failed);
  std::vector<v8::Local<v8::Value>> pipes;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    auto ours = ends.take(i);
    pipes.push_back(
      number(isolate, ours < 0 ? 0.0 : static_cast<double>(self.owner_.sockets()->adopt(ours))));
  }
  v8::Local<v8::Value> items[]{number(isolate, static_cast<double>(id)),
                               number(isolate, started->pid()),
                               v8::Array::New(isolate, pipes.data(), pipes.size())};
  self.children_.emplace(id, entry{.what = *std::move(started),
                                   .watcher = watcher,
                                   .turns = self.owner_.callbacks_of_turn(),
                                   .request = self.owner_.request_of_turn()});
  info.GetReturnValue().Set(v8::Array::New(isolate, items, std::size(items)));
}

/// runSync(what `spawn` takes, [bytes for each descriptor], milliseconds, bytes of an output at
/// most, signal): [pid, failure or undefined, code or a failure, signal, [bytes or null, ...]];
/// waits.
void child_processes::run_sync(const call& info) {
  auto& self = self_of(info);
  auto* isolate = info.GetIsolate();
  auto context = isolate->GetCurrentContext();
  sync_run what;
  plan_reader reader{info};
  what.plan = reader.read(info);
  what.failed = reader.failed();
  what.timeout = std::chrono::milliseconds{static_cast<std::int64_t>(between(info[9], 0, 9e12))};
  what.bytes_max = static_cast<std::size_t>(between(info[10], 0, 9e15));
  what.kill_signal = static_cast<int>(between(info[11], 0, 64));
  if (what.failed == 0) {
    pipe_ends ends{what.plan};
    what.failed = ends.failed();
    if (what.failed == 0) {
      auto inputs = info[8].As<v8::Array>();
      for (auto each : ends.take_all()) {
        v8::Local<v8::Value> input;
        auto at = static_cast<std::uint32_t>(what.pipes.size());
        if (!inputs->Get(context, at).ToLocal(&input))
          input = v8::Undefined(isolate);
        what.pipes.push_back({.descriptor = each, .input = bytes_of(input)});
      }
      auto is_piped = what.pipes;
      auto& ledger = *self.owner_.ledger();
      what.run(
        self.owner_.owner().array_buffers()->budget(), [&] { return ledger.stopping(); },
        [&] { isolate->LowMemoryNotification(); });
      if (what.stopped) {
        throw_stopped(isolate);
        return;
      }
      what.pipes = std::move(is_piped); // closed: only which there were
    }
  }
  std::vector<v8::Local<v8::Value>> outputs;
  for (std::size_t i = 0; i < what.outputs.size(); ++i) {
    if (i == 0 || what.pipes[i].descriptor < 0) {
      outputs.push_back(v8::Null(isolate));
      continue;
    }
    v8::Local<v8::Uint8Array> bytes;
    if (!new_bytes(isolate, std::string_view{what.outputs[i]}).ToLocal(&bytes))
      return;
    outputs.push_back(bytes);
  }
  auto or_undefined = [&](int failed) {
    return failed != 0 ? system_failure(isolate, failed).As<v8::Value>()
                       : v8::Undefined(isolate).As<v8::Value>();
  };
  v8::Local<v8::Value> items[]{
    number(isolate, what.pid), or_undefined(what.failed),
    what.end.failed != 0 ? or_undefined(what.end.failed) : number(isolate, what.end.code),
    number(isolate, what.end.signal), v8::Array::New(isolate, outputs.data(), outputs.size())};
  info.GetReturnValue().Set(v8::Array::New(isolate, items, std::size(items)));
}

/// kill(number, signal): 0 or a failure
void child_processes::kill(const call& info) {
  auto* which = self_of(info).find(info[0]);
  auto status =
    which != nullptr ? which->what.kill(static_cast<int>(between(info[1], 0, 64))) : UV_ESRCH;
  if (status != 0)
    info.GetReturnValue().Set(system_failure(info.GetIsolate(), status));
  else
    info.GetReturnValue().Set(0);
}

/// takeChannel(descriptor): the number of a socket, 0 when that is none. A program has it from
/// the one that started it.
void child_processes::take_channel(const call& info) {
  auto descriptor = static_cast<int>(between(info[0], -1, 1 << 30));
  struct stat facts {};
  bool usable = descriptor > 2 && ::fstat(descriptor, &facts) == 0 && S_ISSOCK(facts.st_mode)
                && ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
  info.GetReturnValue().Set(
    usable ? static_cast<double>(self_of(info).owner_.sockets()->adopt(descriptor)) : 0.0);
}

/// setRef(number, keeps the context busy?)
void child_processes::set_ref(const call& info) {
  if (auto* which = self_of(info).find(info[0]))
    which->refed = info[1]->IsTrue();
}

} // namespace child_process

} // namespace troupe::js
