#include "runtime/builtin_bindings.hpp"
#include "runtime/structured_clone.hpp"

#include <unistd.h>
#include <uv.h>
#include <v8-container.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace troupe::js {

namespace {

using call = v8::FunctionCallbackInfo<v8::Value>;

v8::Local<v8::Value> text(v8::Isolate* isolate, std::string_view utf8) {
  v8::Local<v8::String> made;
  return to_v8_string(isolate, utf8).ToLocal(&made) ? made : v8::String::Empty(isolate);
}

void give(const call& info, const std::vector<v8::Local<v8::Value>>& items) {
  info.GetReturnValue().Set(v8::Array::New(
    info.GetIsolate(), const_cast<v8::Local<v8::Value>*>(items.data()), items.size()));
}

/// names(): [system, release, version, machine, host name]
void names(const call& info) {
  auto* isolate = info.GetIsolate();
  uv_utsname_t facts{};
  uv_os_uname(&facts);
  std::array<char, UV_MAXHOSTNAMESIZE> host{};
  auto size = host.size();
  uv_os_gethostname(host.data(), &size);
  give(info,
       {text(isolate, facts.sysname), text(isolate, facts.release), text(isolate, facts.version),
        text(isolate, facts.machine), text(isolate, host.data())});
}

/// figures(): [memory, free memory, uptime, load of 1, 5, 15 minutes, parallelism]
void figures(const call& info) {
  auto* isolate = info.GetIsolate();
  double uptime = 0;
  std::array<double, 3> load{};
  uv_uptime(&uptime);
  uv_loadavg(load.data());
  std::vector<v8::Local<v8::Value>> made;
  for (auto each : {static_cast<double>(uv_get_total_memory()),
                    static_cast<double>(uv_get_available_memory()), uptime, load[0], load[1],
                    load[2], static_cast<double>(uv_available_parallelism())})
    made.push_back(v8::Number::New(isolate, each));
  give(info, made);
}

/// processors(): model, speed, user, nice, sys, idle, irq of each in turn.
void processors(const call& info) {
  auto* isolate = info.GetIsolate();
  uv_cpu_info_t* all = nullptr;
  int count = 0;
  std::vector<v8::Local<v8::Value>> made;
  if (uv_cpu_info(&all, &count) == 0) {
    for (int i = 0; i < count; ++i) {
      const auto& [user, nice, sys, idle, irq] = all[i].cpu_times;
      made.push_back(text(isolate, all[i].model));
      made.push_back(v8::Number::New(isolate, all[i].speed));
      for (auto time : {user, nice, sys, idle, irq})
        made.push_back(v8::Number::New(isolate, static_cast<double>(time)));
    }
    uv_free_cpu_info(all, count);
  }
  give(info, made);
}

/// user(): [name, home, shell, uid, gid]; undefined when the system knows none.
void user(const call& info) {
  auto* isolate = info.GetIsolate();
  uv_passwd_t facts{};
  if (uv_os_get_passwd(&facts) != 0)
    return;
  give(info, {text(isolate, facts.username), text(isolate, facts.homedir),
              text(isolate, facts.shell == nullptr ? "" : facts.shell),
              v8::Number::New(isolate, static_cast<double>(facts.uid)),
              v8::Number::New(isolate, static_cast<double>(facts.gid))});
  uv_os_free_passwd(&facts);
}

/// ids(): [user, effective user, group, effective group, groups]
void ids(const call& info) {
  auto* isolate = info.GetIsolate();
  std::vector<v8::Local<v8::Value>> groups;
  std::vector<gid_t> found(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  auto count = ::getgroups(static_cast<int>(found.size()), found.data());
  found.resize(static_cast<std::size_t>(std::max(count, 0)));
  // It is left to the system whether the effective one is among them; Node has it there.
  if (std::ranges::find(found, ::getegid()) == found.end())
    found.push_back(::getegid());
  for (auto each : found)
    groups.push_back(v8::Number::New(isolate, each));
  give(info, {v8::Number::New(isolate, ::getuid()), v8::Number::New(isolate, ::geteuid()),
              v8::Number::New(isolate, ::getgid()), v8::Number::New(isolate, ::getegid()),
              v8::Array::New(isolate, groups.data(), groups.size())});
}

} // namespace

void fill_os_binding(isolate_scope&, v8::Local<v8::Context> context, v8::Local<v8::Object> to) {
  add_function(context, to, "names", &names);
  add_function(context, to, "figures", &figures);
  add_function(context, to, "processors", &processors);
  add_function(context, to, "user", &user);
  add_function(context, to, "ids", &ids);
}

} // namespace troupe::js
