#include "tests/stress/task.hpp"

#include "tests/support/patience.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace troupe::testing {

namespace {

// # stands for a number of the task's own, @ for a few milliseconds.

constexpr std::array<std::string_view, 4> ending_scripts{
  "#",
  "(() => { let sum = 0; for (let i = 0; i < 10_000; ++i) sum += i; return sum - sum + # })()",
  "[#].map(x => new Map([['x', x]])).at(0).get('x')",
  "JSON.parse('{\"a\": [#]}').a[0]",
};

constexpr std::array<std::string_view, 5> throwing_scripts{
  "throw new Error('#')",
  "null.x",
  "JSON.parse('{')",
  "(function deeper() { deeper() })()",
  "(() => { const held = []; for (;;) held.push(new ArrayBuffer(1 << 18)) })()",
};

constexpr std::array<std::string_view, 2> rejecting_scripts{
  "Promise.reject(new Error('#'))",
  "new Promise((_, fail) => setTimeout(fail, @, new RangeError('#')))",
};

constexpr std::array<std::string_view, 4> settling_scripts{
  "Promise.resolve(#)",
  "(async () => { await 0; await null; return # })()",
  "new Promise(done => setTimeout(done, @, #))",
  "(async () => { await new Promise(done => setTimeout(done, @)); return # })()",
};

constexpr std::array<std::string_view, 5> looping_scripts{
  "for (;;);",
  "for (;;) { try { for (;;) [].concat([#]) } finally { continue } }",
  "(async () => { for (;;) await 0 })()",
  "(function again() { Promise.resolve().then(again) })()",
  "/(a+)+b/.test('a'.repeat(60))",
};

constexpr std::array<std::string_view, 2> never_settling_scripts{
  "new Promise(() => {})",
  "(async () => { await new Promise(() => {}); return # })()",
};

constexpr std::array<std::string_view, 3> hungry_scripts{
  "{ const held = []; for (;;) held.push(new Array(1000)) }",
  "{ const held = []; for (let i = 0;; ++i) held.push({i, text: '#' + i}) }",
  "globalThis.held = []; for (;;) held.push(new Array(1000))",
};

std::string filled_in(std::string_view script, int number, std::size_t delay) {
  std::string text;
  for (char letter : script) {
    if (letter == '#')
      text += std::to_string(number);
    else if (letter == '@')
      text += std::to_string(delay);
    else
      text += letter;
  }
  return text;
}

timeout_scope any_scope(chance& random) {
  return random.one_in(2) ? timeout_scope::turn : timeout_scope::evaluation;
}

/// A deadline that may well pass.
void set_deadline(task& made, chance& random, timeout_scope scope) {
  made.how.timeout = std::chrono::milliseconds{1 + random.below(30)};
  made.how.timeout_covers = scope;
  made.endings.insert(errc::deadline_exceeded);
  made.stoppable = true;
}

/// No deadline, one that will not pass, or, rarely, one that may.
void set_any_deadline(task& made, chance& random) {
  if (random.one_in(6)) {
    set_deadline(made, random, any_scope(random));
  } else if (random.one_in(2)) {
    // Twice the patience: by then the test has failed anyway.
    made.how.timeout = 2 * patience;
    made.how.timeout_covers = any_scope(random);
  }
}

} // namespace

task task::any(chance& random, int number, const choice& from) {
  task made;
  made.number = number;
  auto take = [&](const auto& scripts) {
    made.source = filled_in(random.pick(scripts), number, random.below(6));
  };
  if (from.hungry && random.one_in(3)) {
    take(hungry_scripts);
    made.endings = {errc::heap_limit_exceeded};
    made.hungry = made.stoppable = true;
    return made;
  }
  switch (random.below(16)) {
    case 0:
      take(throwing_scripts);
      made.endings = {errc::uncaught_exception};
      set_any_deadline(made, random);
      break;
    case 1:
      take(rejecting_scripts);
      made.endings = {errc::uncaught_exception};
      made.waits = true;
      set_any_deadline(made, random);
      break;
    case 2:
      made.source = "let = #;";
      made.endings = {errc::syntax_error};
      break;
    case 3:
    case 4:
      take(looping_scripts);
      if (!from.endless || !random.one_in(3))
        set_deadline(made, random, any_scope(random));
      break;
    case 5:
      take(never_settling_scripts);
      made.waits = true;
      if (!from.endless || !random.one_in(3))
        set_deadline(made, random, timeout_scope::evaluation);
      break;
    case 6:
    case 7:
    case 8:
    case 9:
      take(settling_scripts);
      made.endings = {std::nullopt};
      made.waits = true;
      set_any_deadline(made, random);
      break;
    default:
      take(ending_scripts);
      made.endings = {std::nullopt};
      set_any_deadline(made, random);
  }
  return made;
}

context_options options_for_tasks() {
  return {.heap_limit_mib = 16, .array_buffer_limit_mib = 1, .timers = true};
}

} // namespace troupe::testing
