#include "runtime/engine.hpp"

#include <v8-initialization.h>

#include <array>

namespace troupe::js {

namespace {

// Without the first flag, TurboFan's unrolled loops do not poll for a
// termination and run for ever; the next three make loops that only call slow
// built-ins poll within a fraction of a second instead of twenty
// (docs/architecture.md, Termination). Both have a test.
constexpr std::array default_flags{
  "--no-turboshaft-loop-unrolling",
  "--invocation-count-for-maglev=20",
  "--invocation-count-for-maglev-osr=5",
  "--minimum-invocations-after-ic-update=10",
};

} // namespace

engine& engine::start(const std::vector<std::string>& flags) {
  static auto* instance = new engine(flags);
  return *instance;
}

std::string_view engine::version() noexcept {
  return v8::V8::GetVersion();
}

engine::engine(const std::vector<std::string>& flags) : platform_(0) {
  // The array version tells which flags V8 does not know; the string version
  // ignores them silently (v8-initialization.h, SetFlagsFromCommandLine).
  std::vector<std::string> all{"troupe"};
  all.insert(all.end(), default_flags.begin(), default_flags.end());
  all.insert(all.end(), flags.begin(), flags.end());
  std::vector<char*> arguments;
  for (auto& flag : all)
    arguments.push_back(flag.data());
  int count = static_cast<int>(arguments.size());
  v8::V8::SetFlagsFromCommandLine(&count, arguments.data(), true);
  for (int i = 1; i < count; ++i)
    rejected_flags_.emplace_back(arguments[static_cast<std::size_t>(i)]);
  v8::V8::InitializePlatform(&platform_);
  v8::V8::Initialize();
}

} // namespace troupe::js
