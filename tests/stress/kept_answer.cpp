#include "tests/stress/kept_answer.hpp"

#include "tests/support/patience.hpp"

namespace troupe::testing {

void kept_answer::receive(const result<value>& outcome) {
  if (++times_ == 1)
    first_.set_value(outcome);
}

std::string kept_answer::fault() {
  auto what = "'" + task_.source + "'"
              + (task_.how.timeout.count() == 0
                   ? std::string{}
                   : " within " + std::to_string(task_.how.timeout.count()) + " ms");
  if (told_.valid()) {
    if (told_.wait_for(patience) != std::future_status::ready)
      return what + " was not answered";
    auto outcome = told_.get();
    if (!task_.endings.contains(outcome ? ending{} : ending{outcome.error().code}))
      return what + " cannot end like this: "
             + (outcome ? outcome->to_string() : outcome.error().to_string());
    if (outcome && outcome->try_as<int>() != task_.number)
      return what + " has a value that is not its own: " + outcome->to_string();
  }
  if (times_ != 1)
    return what + " was answered " + std::to_string(times_) + " times";
  return {};
}

} // namespace troupe::testing
