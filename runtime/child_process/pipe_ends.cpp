#include "runtime/child_process/pipe_ends.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace troupe::js::child_process {

pipe_ends::pipe_ends(child_plan& plan) : plan_(plan), ours_(plan.descriptors.size(), -1) {
  for (std::size_t i = 0; i < ours_.size(); ++i) {
    if (plan_.descriptors[i] != is_pipe)
      continue;
    plan_.descriptors[i] = is_ignored;
    int ends[2];
    // As libuv's: for both directions.
    if (failed_ == 0 && ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      failed_ = -errno;
    if (failed_ != 0)
      continue;
    ours_[i] = ends[0];
    plan_.descriptors[i] = ends[1];
  }
}

pipe_ends::~pipe_ends() {
  close_theirs();
  for (auto each : ours_)
    if (each >= 0)
      ::close(each);
}

void pipe_ends::close_theirs() {
  if (!std::exchange(theirs_open_, false))
    return;
  for (std::size_t i = 0; i < ours_.size(); ++i)
    if (ours_[i] >= 0)
      ::close(plan_.descriptors[i]);
}

int pipe_ends::take(std::size_t at) {
  return std::exchange(ours_[at], -1);
}

std::vector<int> pipe_ends::take_all() {
  theirs_open_ = false;
  return std::exchange(ours_, {});
}

} // namespace troupe::js::child_process
