#pragma once

#include "actors/messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/init_global_meta_objects.hpp>

namespace troupe::testing {

/// An actor system with our messages, for one test.
class caf_world {
public:
  [[nodiscard]] caf::actor_system& system() noexcept {
    return system_;
  }

private:
  struct config : caf::actor_system_config {
    config() {
      [[maybe_unused]] static const bool once = [] {
        caf::core::init_global_meta_objects();
        caf::init_global_meta_objects<caf::id_block::troupe>();
        return true;
      }();
      set("caf.scheduler.policy", "sharing");
      set("caf.scheduler.max-threads", 2u);
    }
  };

  config config_;
  caf::actor_system system_{config_};
};

} // namespace troupe::testing
