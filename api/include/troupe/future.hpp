#pragma once

#include "troupe/result.hpp"

#include <atomic>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe {

template <class T>
class future;

template <class T>
class promise;

/// Runs a piece of work, now or later, somewhere: where continuations go.
using executor = std::function<void(std::function<void()>)>;

namespace detail {

class callback_queue;

/// Runs `work` here and now; deep inside other such work, right after that. So a chain
/// of futures may be of any length.
void run_here(std::function<void()> work);

/// Runs what the calling thread has put off so.
void run_put_off();

/// Runs `work` on the queue's thread; here, when the queue is gone or null.
void post(const std::shared_ptr<callback_queue>& queue, std::function<void()> work);

/// Gives `work` to `where`; a throw of its drops the work.
void hand_over(const executor& where, std::function<void()> work) noexcept;

/// May the calling thread wait? Not the threads that answers come from.
[[nodiscard]] bool may_wait() noexcept;

/// Looks for a flag for about as long as waking a thread would take.
[[nodiscard]] bool spin_until(const std::atomic<unsigned>& flags, unsigned wanted) noexcept;

/// Work that can be asked to stop.
class cancellable {
public:
  virtual ~cancellable() = default;

  void cancel();

  /// Stops this; adds to `next` what stops it, when it only waits for that.
  virtual void cancel_step(std::vector<std::shared_ptr<cancellable>>& next) = 0;
};

/// A coroutine that waits for something: what its own future's `cancel` goes to.
class awaiting {
public:
  virtual ~awaiting() = default;
  virtual void awaits(std::weak_ptr<cancellable> what) = 0;
};

[[nodiscard]] inline error dropped_error() {
  return {.code = errc::broken_promise, .message = "the continuation was dropped"};
}

/// A suspended coroutine that the first caller resumes.
///
/// Threads: any. A coroutine may be destroyed by the thread that would resume it, or
///          any other that knows it suspended; one that is being resumed may not.
class resume_slot {
public:
  explicit resume_slot(std::coroutine_handle<> waiting) : waiting_(waiting.address()) {
  }

  void resume() {
    if (auto* waiting = waiting_.exchange(nullptr))
      std::coroutine_handle<>::from_address(waiting).resume();
  }

  /// Does it wait still?
  [[nodiscard]] bool waits() const noexcept {
    return waiting_ != nullptr;
  }

  /// Nobody will: the executor has lost the work.
  static void resume_as_lost(const std::shared_ptr<resume_slot>& slot) noexcept;

  /// The coroutine is no more, or is resumed.
  void clear() noexcept {
    waiting_ = nullptr;
  }

  [[nodiscard]] bool lost() const noexcept {
    return lost_;
  }

private:
  std::atomic<void*> waiting_;
  bool lost_ = false; // written by who resumes, before
};

/// Resumes the coroutine, as lost when this is dropped before.
class resumption {
public:
  explicit resumption(std::shared_ptr<resume_slot> slot) : slot_(std::move(slot)) {
  }

  resumption(const resumption&) = delete;
  resumption& operator=(const resumption&) = delete;

  ~resumption() {
    if (slot_->waits())
      resume_slot::resume_as_lost(slot_);
  }

  void operator()() {
    slot_->resume();
  }

private:
  std::shared_ptr<resume_slot> slot_;
};

/// Where threads sleep until a future is settled, and what guards the rare parts
/// of a future's state: a few for all futures, chosen by address, so that a
/// future is small and costs two atomic operations when nobody waits.
class parking_lot {
public:
  [[nodiscard]] static parking_lot& of(const void* what) noexcept;

  /// Sleeps until `done()`. @returns false when `until` comes first.
  template <class Done>
  bool wait(std::optional<std::chrono::steady_clock::time_point> until, Done done) {
    std::unique_lock guard{mutex};
    if (until)
      return woken_.wait_until(guard, *until, done);
    woken_.wait(guard, done);
    return true;
  }

  void wake() {
    { std::lock_guard guard{mutex}; } // who has looked sleeps by now
    woken_.notify_all();
  }

  std::mutex mutex;

private:
  std::condition_variable woken_;
};

/// What a promise and its future share.
///
/// Threads: `settle`, `depend_on` and `cancel` from any; the rest from the
///          future's, one at a time.
template <class T>
class future_state : public cancellable, public std::enable_shared_from_this<future_state<T>> {
public:
  using continuation = std::function<void(future_state&)>;

  future_state() = default;
  explicit future_state(std::shared_ptr<callback_queue> callbacks)
    : callbacks_(std::move(callbacks)) {
  }

  future_state(const future_state&) = delete;
  future_state& operator=(const future_state&) = delete;

  /// The first outcome counts. @returns whether this was it.
  bool settle(result<T> outcome) {
    if ((flags_.load(std::memory_order_relaxed) & claimed) != 0
        || (flags_.fetch_or(claimed, std::memory_order_acquire) & claimed) != 0)
      return false;
    outcome_.emplace(std::move(outcome));
    auto before = flags_.fetch_or(settled, std::memory_order_acq_rel);
    if ((before & awaited) != 0)
      parking_lot::of(this).wake();
    if ((before & continued) != 0)
      run();
    if ((before & unwanted) != 0)
      outcome_.reset();
    return true;
  }

  [[nodiscard]] bool ready() const noexcept {
    return (flags_.load(std::memory_order_acquire) & settled) != 0;
  }

  /// Has an outcome been chosen? It may not be ready yet.
  [[nodiscard]] bool decided() const noexcept {
    return (flags_.load(std::memory_order_relaxed) & claimed) != 0;
  }

  bool wait_until(std::optional<std::chrono::steady_clock::time_point> until) {
    if (ready() || spin_until(flags_, settled))
      return true;
    flags_.fetch_or(awaited, std::memory_order_acq_rel);
    return parking_lot::of(this).wait(until, [this] { return ready(); });
  }

  /// Requires `ready()`; once.
  [[nodiscard]] result<T> take() {
    if (!outcome_)
      return error{.code = errc::broken_promise, .message = "the future was taken twice"};
    auto taken = *std::move(outcome_);
    outcome_.reset();
    return taken;
  }

  /// Nobody will take the outcome: it need not be kept.
  void forsake() {
    if ((flags_.fetch_or(unwanted, std::memory_order_acq_rel) & settled) != 0)
      outcome_.reset();
  }

  /// Has nobody any use for the outcome?
  [[nodiscard]] bool forsaken() const noexcept {
    return (flags_.load(std::memory_order_relaxed) & unwanted) != 0;
  }

  /// Runs `next` once settled; at most one.
  void continue_with(continuation next) {
    rare().next = std::move(next);
    if ((flags_.fetch_or(continued, std::memory_order_acq_rel) & settled) != 0)
      run();
  }

  /// Where the continuation runs; before `continue_with`.
  void use(executor where) {
    rare().where = std::move(where);
  }

  [[nodiscard]] const std::shared_ptr<callback_queue>& callbacks() const noexcept {
    return callbacks_;
  }

  /// What `cancel` passes on to: the work that this outcome is made from.
  void depend_on(std::weak_ptr<cancellable> source) {
    bool too_late = false;
    {
      std::lock_guard guard{parking_lot::of(this).mutex};
      source_ = source;
      too_late = cancelled_;
    }
    auto work = too_late ? source.lock() : nullptr;
    if (work) // somebody has cancelled what came before it
      work->cancel();
  }

  void cancel_step(std::vector<std::shared_ptr<cancellable>>& next) override {
    std::shared_ptr<cancellable> source;
    {
      std::lock_guard guard{parking_lot::of(this).mutex};
      cancelled_ = true;
      source = source_.lock();
    }
    if (source)
      next.push_back(std::move(source));
    else
      settle(error{.code = errc::cancelled, .message = "the future was cancelled"});
  }

private:
  static constexpr unsigned claimed = 1;   ///< Somebody settles it.
  static constexpr unsigned settled = 2;   ///< The outcome is there.
  static constexpr unsigned awaited = 4;   ///< A thread sleeps until then.
  static constexpr unsigned continued = 8; ///< A continuation waits for it.
  static constexpr unsigned unwanted = 16; ///< Nobody waits for it.

  struct continuation_parts {
    continuation next;
    executor where;
  };

  [[nodiscard]] continuation_parts& rare() {
    if (!rare_)
      rare_ = std::make_unique<continuation_parts>();
    return *rare_;
  }

  /// Called by whoever finds the other half there: outcome or continuation.
  void run() {
    auto where = std::move(rare_->where);
    auto work = [self = this->shared_from_this(), next = std::move(rare_->next)] { next(*self); };
    if (where)
      hand_over(where, std::move(work));
    else
      post(callbacks_, std::move(work));
  }

  const std::shared_ptr<callback_queue> callbacks_;
  std::atomic<unsigned> flags_{0};
  std::optional<result<T>> outcome_;         // written once, between claimed and settled
  std::unique_ptr<continuation_parts> rare_; // the future's, until continued
  // Guarded by the parking lot's mutex.
  std::weak_ptr<cancellable> source_;
  bool cancelled_ = false;
};

/// Whoever drops this without settling the state breaks the promise: an executor
/// that loses its work.
template <class T>
struct debt {
  explicit debt(std::shared_ptr<future_state<T>> owed) : state(std::move(owed)) {
  }

  debt(const debt&) = delete;
  debt& operator=(const debt&) = delete;

  ~debt() {
    if (!passed_on)
      state->settle(dropped_error());
  }

  std::shared_ptr<future_state<T>> state;
  bool passed_on = false; ///< Somebody else settles it.
};

/// Calls `to` with an outcome, once: with an error when it is dropped before.
template <class T, class F>
class delivery {
public:
  explicit delivery(F to) : to_(std::move(to)) {
  }

  delivery(const delivery&) = delete;
  delivery& operator=(const delivery&) = delete;

  ~delivery() {
    give(dropped_error());
  }

  void give(result<T> outcome) noexcept {
    if (std::exchange(given_, true))
      return;
    try {
      to_(std::move(outcome));
    } catch (...) {
      // Nobody is left to be told.
    }
  }

private:
  F to_;
  bool given_ = false;
};

/// What `co_await` of a future waits with.
template <class T>
class awaiter {
public:
  explicit awaiter(std::shared_ptr<future_state<T>> state) : state_(std::move(state)) {
  }

  awaiter(const awaiter&) = delete;
  awaiter& operator=(const awaiter&) = delete;

  ~awaiter() {
    if (slot_) // destroyed while it waits
      slot_->clear();
    if (state_)
      state_->forsake();
  }

  bool await_ready() const noexcept {
    return !state_ || state_->ready();
  }

  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> waiting) {
    if constexpr (std::convertible_to<Promise*, awaiting*>) {
      waits_ = &waiting.promise();
      waits_->awaits(state_);
    }
    slot_ = std::make_shared<resume_slot>(waiting);
    auto kept = state_; // the coroutine may resume, and end, before this returns
    auto resume = std::make_shared<resumption>(slot_);
    kept->continue_with([resume](auto&) { (*resume)(); });
  }

  result<T> await_resume() {
    if (waits_ != nullptr)
      waits_->awaits({});
    auto state = std::exchange(state_, nullptr);
    auto slot = std::exchange(slot_, nullptr);
    if (!state)
      return error{.code = errc::broken_promise, .message = "the future has no state"};
    if (slot && slot->lost())
      return dropped_error();
    return state->take();
  }

private:
  std::shared_ptr<future_state<T>> state_;
  std::shared_ptr<resume_slot> slot_;
  awaiting* waits_ = nullptr;
};

/// The `T` of the future that a continuation's result leads to.
template <class T>
struct future_value {
  using type = T;
};

template <class T>
struct future_value<result<T>> {
  using type = T;
};

template <class T>
struct future_value<future<T>> {
  using type = T;
};

template <>
struct future_value<error> {
  using type = void;
};

/// Between futures and those who make them.
struct future_access {
  template <class T>
  [[nodiscard]] static future<T> make(std::shared_ptr<future_state<T>> state);

  template <class T>
  [[nodiscard]] static std::shared_ptr<future_state<T>> release(future<T> from);

  /// What stops the work behind an answer.
  template <class T>
  [[nodiscard]] static std::weak_ptr<cancellable> source(const future<T>& from) {
    return from.state_;
  }

  /// Calls `to` with the outcome, where continuations of `from` run; wherever they are
  /// dropped, with an error.
  template <class T, class F>
  static void deliver(future<T> from, F to) {
    auto owed = std::make_shared<delivery<T, F>>(std::move(to));
    if (auto state = release(std::move(from)))
      state->continue_with([owed](future_state<T>& settled) { owed->give(settled.take()); });
    else
      owed->give(error{.code = errc::broken_promise, .message = "the future has no state"});
  }

  /// Settles `next` with what `continuation` makes of `outcome`.
  template <class U, class F, class T>
  static void chain(F& continuation, result<T> outcome,
                    const std::shared_ptr<future_state<U>>& next);
};

template <class T>
struct coroutine_promise;

/// The end of a wait that may be counted: unset for ever.
template <class Rep, class Period>
[[nodiscard]] std::optional<std::chrono::steady_clock::time_point> end_of_wait(
  std::chrono::duration<Rep, Period> duration) {
  using clock = std::chrono::steady_clock;
  using seconds = std::chrono::duration<double>;
  constexpr seconds most{1e9}; // thirty years
  auto now = clock::now();
  seconds wanted{duration};
  if (!(wanted.count() > 0)) // also NaN
    return now;
  if (wanted > most)
    return std::nullopt;
  return now + std::chrono::ceil<clock::duration>(duration);
}

} // namespace detail

/// The answer to a request: a `T` or an `error`, sooner or later, exactly once.
///
/// Threads:  one at a time; the answer may come from any.
/// Lifetime: may be dropped at any time, which changes nothing for the request;
///           may outlive the runtime, whose end answers it. Consumed by `get`,
///           `then` and `co_await`.
/// Errors:   `result<T>`; waiting where that would block the answer itself (in
///           a continuation, in a host callback) gives `would_deadlock`.
template <class T>
class future {
public:
  using value_type = T;
  using promise_type = detail::coroutine_promise<T>;

  future() = default;
  future(future&&) noexcept = default;

  future& operator=(future&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }

  ~future() {
    if (state_)
      state_->forsake();
  }

  /// Is there an answer to wait for?
  [[nodiscard]] bool valid() const noexcept {
    return state_ != nullptr;
  }

  /// Is the answer there?
  [[nodiscard]] bool ready() const noexcept {
    return state_ && state_->ready();
  }

  /// Waits for the answer and takes it.
  [[nodiscard]] result<T> get() {
    auto state = std::exchange(state_, nullptr);
    if (!state)
      return error{.code = errc::broken_promise, .message = "the future has no state"};
    if (!state->ready())
      detail::run_put_off();
    if (!state->ready() && !detail::may_wait())
      return error{.code = errc::would_deadlock,
                   .message = "waiting here would hold up the thread that answers come from; use "
                              "then or co_await"};
    state->wait_until(std::nullopt);
    return state->take();
  }

  /// Waits at most `duration`, of any length. @returns whether the answer is there.
  template <class Rep, class Period>
  [[nodiscard]] bool wait_for(std::chrono::duration<Rep, Period> duration) const {
    return wait(detail::end_of_wait(duration));
  }

  [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point until) const {
    return wait(until);
  }

  /// Calls `continuation(result<T>)` when the answer is there: where `on` said; else, for
  /// an answer of a runtime, on its callback thread. The future of a `promise` or a
  /// coroutine has none: its continuation runs on the thread that settles it, or inside
  /// this call when the answer is there already. @returns the future of what it returns;
  /// an exception becomes `host_exception`.
  template <std::invocable<result<T>> F>
  auto then(F continuation) {
    using returned = std::invoke_result_t<F, result<T>>;
    using U = typename detail::future_value<returned>::type;
    auto next = std::make_shared<detail::future_state<U>>(state_ ? state_->callbacks() : nullptr);
    auto state = std::exchange(state_, nullptr);
    if (!state) {
      state = std::make_shared<detail::future_state<T>>();
      state->settle(error{.code = errc::broken_promise, .message = "the future has no state"});
    }
    next->depend_on(state);
    auto shared = std::make_shared<F>(std::move(continuation));
    auto owed = std::make_shared<detail::debt<U>>(next);
    state->continue_with([shared, owed](detail::future_state<T>& settled) {
      owed->passed_on = true;
      detail::future_access::chain<U>(*shared, settled.take(), owed->state);
    });
    return future<U>{std::move(next)};
  }

  /// Continuations of this future run on `where`. When it throws, or drops the work,
  /// the future of `then` gets `broken_promise`, and so does `co_await`, which then goes
  /// on where the work was dropped.
  future on(executor where) && {
    if (state_)
      state_->use(std::move(where));
    return std::move(*this);
  }

  /// Stops the work behind the answer: a run that is queued or under way ends,
  /// and the future is answered with `cancelled` unless the answer was faster. A
  /// coroutine is not stopped: what it awaits is cancelled, and whatever it awaits from
  /// then on; the answer is what it makes of that. (`when_all`: all its futures.)
  void cancel() {
    if (state_)
      state_->cancel();
  }

  /// `co_await` gives a `result<T>`. A coroutine that waits may be destroyed by the thread
  /// that would resume it, or while nothing can settle the future.
  auto operator co_await() && {
    return detail::awaiter<T>{std::exchange(state_, nullptr)};
  }

  /// Like the above; the future is consumed although it has a name.
  auto operator co_await() & {
    return std::move(*this).operator co_await();
  }

private:
  template <class>
  friend class future;
  template <class>
  friend class promise;
  friend struct detail::future_access;

  explicit future(std::shared_ptr<detail::future_state<T>> state) : state_(std::move(state)) {
  }

  bool wait(std::optional<std::chrono::steady_clock::time_point> until) const {
    if (!state_)
      return false;
    if (!state_->ready())
      detail::run_put_off();
    return state_->ready() || (detail::may_wait() && state_->wait_until(until));
  }

  std::shared_ptr<detail::future_state<T>> state_;
};

/// The giving end of a future. One that is destroyed without an answer gives
/// `broken_promise`. One that was moved from gives futures without a state, and takes no
/// answer.
///
/// Threads: one at a time.
template <class T>
class promise {
public:
  promise() : state_(std::make_shared<detail::future_state<T>>()) {
  }

  promise(promise&&) noexcept = default;

  promise& operator=(promise&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }

  ~promise() {
    if (state_)
      state_->settle(error{.code = errc::broken_promise,
                           .message = "the promise was destroyed without an answer"});
  }

  [[nodiscard]] future<T> get_future() {
    return future<T>{state_};
  }

  /// The first answer counts. @returns whether this was it.
  bool set(result<T> outcome) {
    auto state = state_; // a continuation may destroy this promise
    return state && state->settle(std::move(outcome));
  }

private:
  std::shared_ptr<detail::future_state<T>> state_;
};

// -- combination --------------------------------------------------------------

/// All answers, in the order of the futures. To cancel it cancels them all.
template <class T>
[[nodiscard]] future<std::vector<result<T>>> when_all(std::vector<future<T>> futures);

/// The answer as a `std::future`.
template <class T>
[[nodiscard]] std::future<result<T>> to_std_future(future<T> from);

// -- implementation -------------------------------------------------------------

namespace detail {

template <class T>
future<T> future_access::make(std::shared_ptr<future_state<T>> state) {
  return future<T>{std::move(state)};
}

template <class T>
std::shared_ptr<future_state<T>> future_access::release(future<T> from) {
  return std::exchange(from.state_, nullptr);
}

template <class U, class F, class T>
void future_access::chain(F& continuation, result<T> outcome,
                          const std::shared_ptr<future_state<U>>& next) {
  try {
    using returned = std::invoke_result_t<F&, result<T>>;
    if constexpr (std::is_void_v<returned>) {
      continuation(std::move(outcome));
      next->settle({});
    } else if constexpr (std::same_as<returned, future<U>>) {
      if (auto inner = release(continuation(std::move(outcome)))) {
        next->depend_on(inner);
        auto owed = std::make_shared<debt<U>>(next);
        inner->continue_with([owed](auto& settled) { owed->state->settle(settled.take()); });
      } else {
        next->settle(error{.code = errc::broken_promise, .message = "the future has no state"});
      }
    } else {
      next->settle(continuation(std::move(outcome)));
    }
  } catch (...) {
    next->settle(error_from_exception());
  }
}

template <class T>
struct coroutine_promise_base : awaiting {
  std::shared_ptr<future_state<T>> state = std::make_shared<future_state<T>>();

  future<T> get_return_object() {
    return future_access::make(state);
  }

  void awaits(std::weak_ptr<cancellable> what) override {
    state->depend_on(std::move(what));
  }

  std::suspend_never initial_suspend() noexcept {
    return {};
  }

  std::suspend_never final_suspend() noexcept {
    return {};
  }

  void unhandled_exception() noexcept {
    state->settle(error_from_exception());
  }

  ~coroutine_promise_base() {
    state->settle(error{.code = errc::broken_promise, .message = "the coroutine was destroyed"});
  }
};

/// `future<T> f() { … co_return t; }`
template <class T>
struct coroutine_promise : coroutine_promise_base<T> {
  void return_value(result<T> outcome) {
    this->state->settle(std::move(outcome));
  }
};

template <>
struct coroutine_promise<void> : coroutine_promise_base<void> {
  void return_void() {
    state->settle({});
  }
};

/// What `when_all` waits for.
template <class T>
struct gathering final : cancellable {
  explicit gathering(const std::vector<future<T>>& futures)
    : outcomes(futures.size()), missing(futures.size()) {
    for (const auto& each : futures)
      sources.push_back(future_access::source(each));
  }

  void cancel_step(std::vector<std::shared_ptr<cancellable>>& next) override {
    for (auto each = sources.rbegin(); each != sources.rend(); ++each) // the first comes last
      if (auto source = each->lock())
        next.push_back(std::move(source));
  }

  void arrived(std::size_t place, result<T> outcome) {
    std::unique_lock guard{mutex};
    outcomes[place].emplace(std::move(outcome));
    if (--missing != 0)
      return;
    std::vector<result<T>> results;
    for (auto& each : outcomes)
      results.push_back(*std::move(each));
    guard.unlock();
    done->settle(std::move(results));
  }

  const std::shared_ptr<future_state<std::vector<result<T>>>> done =
    std::make_shared<future_state<std::vector<result<T>>>>();
  std::vector<std::weak_ptr<cancellable>> sources; // not changed once the first can arrive
  std::mutex mutex;
  std::vector<std::optional<result<T>>> outcomes; // guarded by mutex
  std::size_t missing = 0;                        // guarded by mutex
};

} // namespace detail

template <class T>
future<std::vector<result<T>>> when_all(std::vector<future<T>> futures) {
  auto shared = std::make_shared<detail::gathering<T>>(futures);
  shared->done->depend_on(shared);
  if (futures.empty())
    shared->done->settle(std::vector<result<T>>{});
  for (std::size_t i = 0; i < futures.size(); ++i)
    detail::future_access::deliver(std::move(futures[i]), [shared, i](result<T> outcome) {
      shared->arrived(i, std::move(outcome));
    });
  return detail::future_access::make(shared->done);
}

template <class T>
std::future<result<T>> to_std_future(future<T> from) {
  auto given = std::make_shared<std::promise<result<T>>>();
  auto taken = given->get_future();
  detail::future_access::deliver(
    std::move(from), [given](result<T> outcome) { given->set_value(std::move(outcome)); });
  return taken;
}

} // namespace troupe
