#include "runtime/net/name_lookup.hpp"

#include <sys/socket.h>
#include <uv.h>

#include <algorithm>
#include <array>

namespace troupe::js::net {

void name_lookup::run() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = family == 4 ? AF_INET : family == 6 ? AF_INET6 : AF_UNSPEC;
  // Without a callback libuv does it at once, with names and errors made its own; the loop is
  // only there to be named.
  uv_loop_t loop;
  if (auto failed = uv_loop_init(&loop); failed != 0) {
    status = failed;
    return;
  }
  uv_getaddrinfo_t request{};
  status = uv_getaddrinfo(&loop, &request, nullptr, host.c_str(), nullptr, &hints);
  for (auto* each = status == 0 ? request.addrinfo : nullptr; each != nullptr;
       each = each->ai_next) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (uv_ip_name(each->ai_addr, text.data(), text.size()) == 0
        && std::ranges::find(addresses, text.data()) == addresses.end())
      addresses.emplace_back(text.data());
  }
  if (status == 0) {
    uv_freeaddrinfo(request.addrinfo);
    if (addresses.empty())
      status = UV_EAI_NONAME;
  }
  uv_loop_close(&loop);
}

} // namespace troupe::js::net
