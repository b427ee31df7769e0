#include "troupe/runtime.hpp"

#include "actors/capacity.hpp"
#include "actors/client.hpp"
#include "actors/scheduled.hpp"
#include "actors/supervisor_actor.hpp"
#include "actors/watchdog_actor.hpp"
#include "api/callback_queue.hpp"
#include "api/compiler.hpp"
#include "api/request.hpp"
#include "api/script_access.hpp"
#include "api/spawning.hpp"
#include "runtime/code_cache_store.hpp"
#include "runtime/engine.hpp"
#include "runtime/thread_role.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/logger.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/thread_hook.hpp>
#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <system_error>
#include <thread>

namespace troupe {

namespace {

void print_line(const console_line& line) {
  auto* to = line.to == console_line::stream::out ? stdout : stderr;
  fmt::print(to, "{}\n", line.text);
}

void print_error(const std::string& name, const uncaught_error& what) {
  fmt::print(stderr, "Uncaught error in context '{}':\n{}\n", name, what.to_string());
}

std::shared_ptr<const actors::host_hooks> make_hooks(
  const runtime_options& options, const std::shared_ptr<detail::callback_queue>& callbacks) {
  auto hooks = std::make_shared<actors::host_hooks>();
  hooks->on_console = options.on_console ? options.on_console : &print_line;
  hooks->on_uncaught_error = options.on_uncaught_error ? options.on_uncaught_error : &print_error;
  hooks->on_unresponsive = [told = options.on_unresponsive, callbacks](const stop_report& what) {
    if (told)
      callbacks->post([told, what] {
        try {
          told(what);
        } catch (const std::exception& thrown) {
          fmt::print(stderr, "troupe: on_unresponsive threw: {}\n", thrown.what());
        }
      });
  };
  return hooks;
}

/// CAF's scheduler runs only supervisors here: two threads that sleep when there
/// is nothing to do.
struct system_config : caf::actor_system_config {
  /// The threads of the scheduler must not wait for answers, or for the runtime's end.
  struct mark final : caf::thread_hook {
    void init(caf::actor_system&) override {
    }
    void thread_started() override {
      js::current_thread_role() = js::thread_role::actors;
    }
    void thread_terminates() override {
    }
  };

  system_config() {
    add_thread_hook<mark>();
    set("caf.scheduler.policy", "sharing");
    set("caf.scheduler.max-threads", 2u);
  }
};

void register_messages() {
  static std::once_flag once;
  std::call_once(once, [] {
    caf::core::init_global_meta_objects();
    caf::init_global_meta_objects<caf::id_block::troupe>();
  });
}

struct foundations {
  foundations() {
    actors::require_resources_of_a_runtime();
    register_messages();
  }
};

// A thread that is about to leave its turn must not be taken for one that never
// will.
constexpr std::chrono::milliseconds stop_grace_min{10};
constexpr std::chrono::milliseconds unresponsive_after_min{10};
// Can be added to any point in time.
constexpr std::chrono::milliseconds wait_max = std::chrono::hours{24 * 365};

/// Ends of runtimes that had to be left to threads of their own. The end of the process
/// waits for them.
///
/// Threads: any; one mutex.
class farewells {
public:
  static farewells& instance() {
    static farewells all;
    return all;
  }

  ~farewells() {
    auto role = js::current_thread_role();
    std::unique_lock guard{mutex_};
    if (role == js::thread_role::user || role == js::thread_role::callbacks)
      fewer_.wait(guard, [this] { return open_ == 0; });
  }

  template <class Core>
  void leave(std::unique_ptr<Core> core) {
    {
      std::lock_guard guard{mutex_};
      ++open_;
    }
    // Not even a thread: what is left of the runtime is never freed.
    auto* last = core.release();
    try {
      std::thread{[this, last] {
        pthread_setname_np(pthread_self(), "troupe-end");
        delete last;
        std::lock_guard guard{mutex_};
        --open_;
        fewer_.notify_all();
      }}.detach();
    } catch (const std::system_error&) {
      std::lock_guard guard{mutex_};
      --open_;
    }
  }

private:
  std::mutex mutex_;
  std::condition_variable fewer_;
  std::size_t open_ = 0; // guarded by mutex_
};

} // namespace

// Members are destroyed in reverse: the actor system waits for all its actors.
struct runtime::core {
  explicit core(const runtime_options& options)
    : engine(js::engine::start(options.v8_flags)), system(config),
      resources(options.max_contexts, actors::measure_resources()),
      client(std::make_shared<actors::client>(system)), watchdog(system, watched),
      roster(std::make_shared<actors::context_roster>(
        actors::context_surroundings{
          system,
          engine,
          {},
          watchdog.handle(),
          watched,
          make_hooks(options, callbacks),
          std::clamp(options.stop_grace, stop_grace_min, wait_max),
          std::clamp(options.unresponsive_after, unresponsive_after_min, wait_max)},
        resources)),
      supervisor(system.spawn<actors::supervisor_actor>(roster)),
      compiler(std::make_shared<detail::compiler>(
        [this] { return spawn({.name = "troupe:compiler"}, true); })) {
    client->use(roster, supervisor);
    supervisor->attach_functor([kept = client] { kept->refuse_spawns(); });
    open_code_caches(options);
    // CAF leaves a reference to its logger with the thread that makes an actor
    // system, and the system's destructor waits for that logger: on another
    // thread for ever.
    caf::logger::set_current_actor_system(nullptr);
  }

  ~core() {
    compiler->close();
    caf::scoped_actor here{system};
    actors::send_to_scheduled(supervisor, actors::shutdown_request{false});
    here->wait_for(supervisor);
    js::tsan_take(caf::actor_cast<caf::abstract_actor*>(supervisor));
    client->close();
    callbacks->stop();
    caf::logger::set_current_actor_system(nullptr);
  }

  void open_code_caches(const runtime_options& options) {
    if (options.code_cache_dir.empty())
      return;
    if (options.code_cache_limit_mib < 1 || options.code_cache_limit_mib > 1u << 20) {
      code_cache_problem =
        fmt::format("runtime_options::code_cache_limit_mib must be from 1 to 1048576; it is {}",
                    options.code_cache_limit_mib);
      return;
    }
    auto opened = js::code_cache_store::open(options.code_cache_dir,
                                             std::uint64_t{options.code_cache_limit_mib} << 20);
    if (opened)
      code_caches = *std::move(opened);
    else
      code_cache_problem = opened.error().message;
  }

  [[nodiscard]] future<context> spawn(context_options options, bool internal = false) {
    return detail::spawn_context(callbacks, client, std::move(options), internal);
  }

  foundations laid; // before V8 and the actor system
  js::engine& engine;
  system_config config;
  caf::actor_system system;
  actors::capacity resources;
  std::shared_ptr<detail::callback_queue> callbacks = std::make_shared<detail::callback_queue>();
  std::shared_ptr<actors::watch_list> watched = std::make_shared<actors::watch_list>();
  std::shared_ptr<actors::client> client;
  actors::watchdog_actor watchdog;
  std::shared_ptr<actors::context_roster> roster;
  caf::actor supervisor;
  std::shared_ptr<detail::compiler> compiler;
  std::shared_ptr<js::code_cache_store> code_caches; // null: none
  std::string code_cache_problem;
};

runtime::runtime() : runtime(runtime_options{}) {
}

runtime::runtime(runtime_options options) : core_(std::make_unique<core>(options)) {
  static_cast<void>(farewells::instance()); // before whatever of the user's outlives main
}

runtime::~runtime() {
  auto role = js::current_thread_role();
  if (role == js::thread_role::isolate || role == js::thread_role::actors)
    farewells::instance().leave(std::move(core_)); // would wait for itself
}

future<context> runtime::spawn() {
  return spawn(context_options{});
}

future<context> runtime::spawn(context_options options) {
  return core_->spawn(std::move(options));
}

future<script> runtime::compile(std::string source) {
  return compile(std::move(source), script_options{});
}

future<script> runtime::compile(std::string source, script_options options) {
  return core_->compiler->compile(
    detail::script_access::make(std::move(source), std::move(options), core_->code_caches),
    core_->callbacks);
}

future<value> runtime::run_in_new_context(const script& what, run_options how) {
  return run_in_new_context(what, how, context_options{});
}

future<value> runtime::run_in_new_context(const script& what, run_options how,
                                          context_options where) {
  return spawn(std::move(where)).then([what, how](result<context> spawned) -> future<value> {
    if (!spawned) {
      promise<value> refused;
      refused.set(std::move(spawned).error());
      return refused.get_future();
    }
    auto answer = spawned->run(what, how);
    auto ended = spawned->close(close_mode::drain);
    detail::context_access::release(*std::move(spawned));
    // Not before its place is free.
    return std::move(answer).then(
      [ended = std::make_shared<future<exit_report>>(std::move(ended))](result<value> answered) {
        return std::move(*ended).then(
          [answered = std::move(answered)](const result<exit_report>&) mutable {
            return std::move(answered);
          });
      });
  });
}

future<void> runtime::drain() {
  auto state = std::make_shared<detail::future_state<void>>(core_->callbacks);
  core_->supervisor->attach_functor([state] { state->settle({}); });
  actors::send_to_scheduled(core_->supervisor, actors::shutdown_request{true});
  return detail::future_access::make<void>(std::move(state));
}

std::size_t runtime::capacity() const noexcept {
  return core_->resources.most();
}

const std::vector<std::string>& runtime::rejected_v8_flags() const noexcept {
  return core_->engine.rejected_flags();
}

code_cache_statistics runtime::code_cache_statistics() const {
  auto statistics =
    core_->code_caches ? core_->code_caches->statistics() : troupe::code_cache_statistics{};
  statistics.problem = core_->code_cache_problem;
  return statistics;
}

std::string_view runtime::version() noexcept {
  return TROUPE_VERSION;
}

std::string_view runtime::v8_version() noexcept {
  return js::engine::version();
}

} // namespace troupe
