#include "cli/fleet_work.hpp"

#include "cli/fleet_size.hpp"
#include "cli/interrupt.hpp"
#include "cli/memory_use.hpp"
#include "cli/value_difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::cli {

namespace {

using namespace std::chrono_literals;

// Contexts that come up at once: creating one is work for a core.
constexpr std::size_t spawns_in_flight = 8;
constexpr std::size_t problems_shown = 10;

// For the answer of a context that has been stopped.
constexpr auto survival_patience = 5s;

std::chrono::microseconds since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now()
                                                               - start);
}

bool as_expected(expectation expect, errc code) {
  switch (expect) {
    case expectation::result:
      break;
    case expectation::timeout:
      return code == errc::deadline_exceeded;
    case expectation::heap_limit:
      return code == errc::heap_limit_exceeded;
    case expectation::error:
      return code == errc::uncaught_exception;
  }
  return false;
}

std::string_view wish(expectation expect) {
  switch (expect) {
    case expectation::timeout:
      return "its timeout";
    case expectation::heap_limit:
      return "its heap limit";
    case expectation::error:
      return "an error of its own";
    case expectation::result:
      break;
  }
  return "a result";
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

} // namespace

fleet_work::fleet_work(runtime& rt, const fleet_manifest& manifest, const fleet_options& options,
                       std::shared_ptr<inbox> answers, progress& shown)
  : runtime_(rt), manifest_(manifest), options_(options), answers_(std::move(answers)),
    progress_(shown), patience_(60s) {
  std::vector<std::size_t> shares;
  for (const auto& kind : manifest_.kinds) {
    shares.push_back(kind.share);
    patience_ = std::max(patience_, 60s + kind.timeout);
  }
  outcome_.kinds.resize(manifest_.kinds.size());
  auto seed = options_.first_seed;
  for (auto kind : spread(apportion(options_.contexts, shares)))
    tenants_.push_back({.kind = kind, .seed = seed++, .ctx = {}});
  progress_now_.contexts = tenants_.size();
  for (const auto& who : tenants_)
    progress_now_.runs += runs_of(who);
}

fleet_outcome fleet_work::run() {
  auto started = clock::now();
  if (bring_up())
    work();
  outcome_.peak_resident_bytes = peak_resident_bytes();
  progress_.finish();
  outcome_.wall = since(started);
  return std::move(outcome_);
}

// -- contexts ---------------------------------------------------------------------------

// Kind by kind, as growth is the only thing that tells what a context holds: of
// contexts that are closed, V8 keeps the memory for some seconds.
bool fleet_work::bring_up() {
  for (std::size_t kind = 0; kind < manifest_.kinds.size(); ++kind) {
    auto& outcome = outcome_.kinds[kind];
    release_unused_memory();
    auto before = used_bytes();
    auto started = clock::now();
    bool completed = spawn_all(kind);
    outcome_.spawning += since(started);
    if (!completed)
      return false;
    started = clock::now();
    completed = run_first(kind);
    outcome_.working += since(started);
    if (!completed)
      return false;
    release_unused_memory();
    // A few small contexts may grow less than something else shrinks.
    if (auto growth = used_bytes() - before; growth > 0 && outcome.contexts != 0)
      outcome.bytes_each = growth / static_cast<std::int64_t>(outcome.contexts);
  }
  for (auto& who : tenants_)
    if (who.ctx.alive())
      (kind_of(who).honest() ? honest_ : misbehaving_).push_back(&who);
  return true;
}

bool fleet_work::spawn_all(std::size_t kind) {
  std::size_t next = 0;
  bool completed = handle_until([&] {
    for (; spawning_ < spawns_in_flight && next < tenants_.size(); ++next)
      if (tenants_[next].kind == kind)
        spawn(tenants_[next]);
    return spawning_ == 0 && next == tenants_.size();
  });
  outcome_.contexts_at_once = progress_now_.contexts_up;
  return completed;
}

void fleet_work::spawn(tenant& who) {
  ++spawning_;
  auto arrived = [this, &who](result<context> spawned) {
    --spawning_;
    if (!spawned) {
      wrong(who, fmt::format("did not come up: {}", spawned.error().message));
      progress_now_.runs -= runs_of(who);
      return;
    }
    who.ctx = *std::move(spawned);
    ++outcome_.kinds[who.kind].contexts;
    ++progress_now_.contexts_up;
  };
  auto spawned = runtime_.spawn(options_of(who)).on(executor_of(answers_)).then(arrived);
}

bool fleet_work::run_first(std::size_t kind) {
  if (!manifest_.kinds[kind].honest())
    return true;
  std::size_t next = 0;
  return handle_until([&] {
    for (; honest_running_ < options_.in_flight && next < tenants_.size(); ++next)
      if (tenants_[next].kind == kind && tenants_[next].ctx.alive())
        run_honest(tenants_[next]);
    return honest_running_ == 0 && next == tenants_.size();
  });
}

// -- runs ---------------------------------------------------------------------------------

bool fleet_work::work() {
  auto started = clock::now();
  bool completed = handle_until([this] {
    dispatch();
    return honest_running_ == 0 && misbehaving_running_ == 0;
  });
  outcome_.working += since(started);
  return completed;
}

void fleet_work::dispatch() {
  auto honest_total = honest_.size() * options_.rounds;
  while (honest_running_ < options_.in_flight && honest_started_ < honest_total)
    run_honest(*honest_[honest_started_++ % honest_.size()]);
  // As far through the misbehaving scripts as through the honest work.
  bool rest = honest_started_ == honest_total;
  auto due =
    rest ? misbehaving_.size() : misbehaving_.size() * honest_started_ / honest_total + 1;
  auto most = rest ? std::max(options_.in_flight, options_.runaways) : options_.runaways;
  while (misbehaving_running_ < most && misbehaving_started_ < std::min(due, misbehaving_.size()))
    run_misbehaving(*misbehaving_[misbehaving_started_++]);
}

void fleet_work::run_honest(tenant& who) {
  ++honest_running_;
  auto started = clock::now();
  auto arrived = [this, &who, started](const result<value>& outcome) {
    --honest_running_;
    outcome_.kinds[who.kind].took.record(answers_->last_arrival() - started);
    judge(who, outcome);
  };
  auto ran = who.ctx
               .run(kind_of(who).work, {.timeout = kind_of(who).timeout,
                                        .timeout_covers = timeout_scope::evaluation})
               .on(executor_of(answers_))
               .then(arrived);
}

void fleet_work::run_misbehaving(tenant& who) {
  ++misbehaving_running_;
  auto started = clock::now();
  auto arrived = [this, &who, started](const result<value>& outcome) {
    outcome_.kinds[who.kind].took.record(answers_->last_arrival() - started);
    judge(who, outcome);
    check_survival(who);
  };
  auto ran = who.ctx
               .run(kind_of(who).work, {.timeout = kind_of(who).timeout,
                                        .timeout_covers = timeout_scope::evaluation})
               .on(executor_of(answers_))
               .then(arrived);
}

void fleet_work::check_survival(tenant& who) {
  auto arrived = [this, &who](const result<value>& answer) {
    --misbehaving_running_;
    if (!answer) {
      if (kind_of(who).expect != expectation::heap_limit)
        wrong(who, fmt::format("does not answer any more: {}", answer.error().message));
    } else if (*answer != value{who.seed}) {
      wrong(who, fmt::format("remembers its seed as {}", answer->to_string()));
    }
  };
  // It may be inside a call of V8 that nothing interrupts.
  asked_.emplace_back(clock::now() + survival_patience,
                      who.ctx.get("seed").on(executor_of(answers_)).then(arrived));
}

void fleet_work::stop_waiting() {
  for (; !asked_.empty() && asked_.front().first <= clock::now(); asked_.pop_front())
    asked_.front().second.cancel();
}

// -- verdicts -------------------------------------------------------------------------------

void fleet_work::judge(tenant& who, const result<value>& outcome) {
  const auto& kind = kind_of(who);
  ++outcome_.runs;
  ++progress_now_.runs_done;
  if (!outcome) {
    const auto& ended = outcome.error();
    ++outcome_.kinds[who.kind].ended_by[ended.code];
    if (as_expected(kind.expect, ended.code))
      ++progress_now_.stopped;
    else
      wrong(who, fmt::format("should have ended in {}, but did in {}: {}", wish(kind.expect),
                             code_name(ended.code), first_line(ended.message)));
    return;
  }
  if (!kind.honest()) {
    wrong(who, fmt::format("should have ended in {}, but did in the result {}", wish(kind.expect),
                           first_line(outcome->to_string())));
    return;
  }
  auto differs = difference(*outcome, kind.expected[who.seed % kind.expected.size()]);
  if (!differs.empty())
    wrong(who, differs);
}

void fleet_work::wrong(const tenant& who, const std::string& what) {
  ++outcome_.kinds[who.kind].wrong;
  ++progress_now_.wrong;
  if (++outcome_.problem_count <= problems_shown)
    outcome_.problems.push_back(fmt::format("{}: {}", name_of(who), what));
}

template <class F>
bool fleet_work::handle_until(F done) {
  constexpr auto tick = 50ms;
  while (!done()) {
    stop_waiting();
    progress_.show(progress_now_);
    if (sigint_noted()) {
      outcome_.interrupted = true;
      return false;
    }
    if (!answers_->handle_next(clock::now() + tick)
        && clock::now() - answers_->last_arrival() > patience_) {
      outcome_.stuck = true;
      return false;
    }
  }
  progress_.show(progress_now_);
  return true;
}

// -- names ------------------------------------------------------------------------------------

const fleet_kind& fleet_work::kind_of(const tenant& who) const {
  return manifest_.kinds[who.kind];
}

std::size_t fleet_work::runs_of(const tenant& who) const {
  return kind_of(who).honest() ? options_.rounds + 1 : 1;
}

std::string fleet_work::name_of(const tenant& who) const {
  return fmt::format("{} (seed {})", kind_of(who).name, who.seed);
}

context_options fleet_work::options_of(const tenant& who) const {
  const auto& kind = kind_of(who);
  return {
    .name = name_of(who),
    .globals = {{"input", kind.input},
                {"seed", value{who.seed}},
                {"count", value{tenants_.size()}}},
    .heap_limit_mib = kind.heap_limit_mib,
    .array_buffer_limit_mib = kind.array_buffer_limit_mib,
    .console = true,
    .timers = true,
  };
}

} // namespace troupe::cli
