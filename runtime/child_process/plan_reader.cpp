#include "runtime/child_process/plan_reader.hpp"

#include "runtime/child_process/pipe_ends.hpp"
#include "runtime/structured_clone.hpp"

#include <fcntl.h>
#include <uv.h>
#include <v8-container.h>
#include <v8-primitive.h>

#include <algorithm>

namespace troupe::js::child_process {

namespace {

constexpr std::uint32_t descriptors_max = 64;
// Of arguments and variables: more than any system takes.
constexpr std::size_t text_max = std::size_t{8} << 20;

} // namespace

double between(v8::Local<v8::Value> from, double least, double most) {
  auto given = from->IsNumber() ? from.As<v8::Number>()->Value() : least;
  return given > least ? std::min(given, most) : least; // NaN is the least
}

plan_reader::plan_reader(const v8::FunctionCallbackInfo<v8::Value>& info)
  : isolate_(info.GetIsolate()), context_(isolate_->GetCurrentContext()) {
}

child_plan plan_reader::read(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto id = [&](int i) {
    return static_cast<std::uint32_t>(
      static_cast<std::int64_t>(between(info[i], -1, 4294967295.0)));
  };
  child_plan made{.file = text(info[0]),
                  .argv = texts(info[1]),
                  .env = texts(info[2]),
                  .cwd = text(info[3]),
                  .detached = info[5]->IsTrue()};
  if (info[6]->IsNumber())
    made.uid = id(6);
  if (info[7]->IsNumber())
    made.gid = id(7);
  if (made.argv.empty())
    made.argv.push_back(made.file);
  if (info[4]->IsArray()) {
    auto given = info[4].As<v8::Array>();
    if (given->Length() > descriptors_max)
      failed_ = UV_EMFILE;
    for (std::uint32_t i = 0; failed_ == 0 && i < given->Length(); ++i)
      made.descriptors.push_back(descriptor(item(given, i)));
  }
  return made;
}

v8::Local<v8::Value> plan_reader::item(v8::Local<v8::Array> of, std::uint32_t at) {
  v8::Local<v8::Value> found;
  return of->Get(context_, at).ToLocal(&found) ? found : v8::Undefined(isolate_).As<v8::Value>();
}

int plan_reader::descriptor(v8::Local<v8::Value> from) {
  auto given = static_cast<int>(between(from, is_pipe, 1 << 30));
  if (given >= 0 && ::fcntl(given, F_GETFD) < 0)
    failed_ = UV_EBADF;
  return given;
}

std::string plan_reader::text(v8::Local<v8::Value> from) {
  if (!from->IsString() || failed_ != 0)
    return {};
  auto given = from.As<v8::String>();
  auto length = static_cast<std::size_t>(given->Length());
  if (length > text_max - read_) {
    failed_ = UV_E2BIG;
    return {};
  }
  read_ += length;
  return to_utf8(isolate_, given);
}

std::vector<std::string> plan_reader::texts(v8::Local<v8::Value> from) {
  std::vector<std::string> made;
  if (!from->IsArray())
    return made;
  auto given = from.As<v8::Array>();
  if (given->Length() > text_max / sizeof(std::string)) {
    failed_ = UV_E2BIG;
    return made;
  }
  for (std::uint32_t i = 0; failed_ == 0 && i < given->Length(); ++i)
    made.push_back(text(item(given, i)));
  return made;
}

} // namespace troupe::js::child_process
