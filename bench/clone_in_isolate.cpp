// clone_in_isolate: what a value costs the isolate's thread: 1 KB, 100 KB and 10 MB
// of JSON text, as records with numbers, texts and lists.
//
// Timed: `clone_in` of a value that came from a script, and `clone_out` of what it
// made there: a value of its own each time. Then once more with every number, text
// and key looked at in C++. Floor: `v8::ValueSerializer` and
// `v8::ValueDeserializer` in the same isolate.
// Transfer: 10 MB in as an ArrayBuffer, out again and taken by C++. Floor: the same as
// a copy each way.
// Not timed: making the records and the memory.

#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "runtime/isolate.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <v8-context.h>
#include <v8-script.h>
#include <v8-value-serializer.h>

#include <cstdlib>

namespace troupe::bench {

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

/// An isolate with a realm, for the thread that makes it.
class place {
public:
  place()
    : isolate_(
      js::engine::start(),
      {.heap_bytes = 1024 * mib, .array_buffer_bytes = 128 * mib, .stack_bytes = 984 * 1024},
      std::make_shared<js::loop_waker>(), {[] {}, [] {}}) {
    js::isolate_scope here{isolate_};
    auto context = v8::Context::New(here.v8());
    isolate_.cloner().install(here.v8(), context);
    context_.Reset(here.v8(), context);
  }

  ~place() {
    context_.Reset();
  }

  template <class Body>
  auto enter(Body&& body) {
    js::isolate_scope here{isolate_};
    auto context = context_.Get(here.v8());
    v8::Context::Scope entered{context};
    return body(here, context);
  }

private:
  js::isolate isolate_;
  v8::Global<v8::Context> context_;
};

std::string records(std::size_t bytes) {
  constexpr std::size_t bytes_per_record = 125;
  return fmt::format(R"(var data = [];
for (let i = 0; i < {}; ++i)
  data.push({{ id: i, name: 'record number ' + i, price: i * 1.25, active: i % 3 === 0,
    tags: ['red', 'green', 'blue'], position: {{ x: i / 7, y: -i, z: 0 }} }});
data)",
                     std::max<std::size_t>(bytes / bytes_per_record, 1));
}

/// Looks at everything; gives something that depends on all of it.
double sum_of(const value& item) {
  double sum = 0;
  switch (item.kind()) {
    case value_kind::array:
      for (std::size_t i = 0; i < item.size(); ++i)
        sum += sum_of(item[i]);
      return sum;
    case value_kind::object:
      for (const auto& [key, part] : item.members())
        sum += static_cast<double>(key.size()) + sum_of(part);
      return sum;
    case value_kind::string:
      return static_cast<double>(item.as<std::string>().size());
    case value_kind::number:
      return item.as<double>();
    default:
      return item == value{true} ? 1 : 0;
  }
}

/// Without and with a look at everything.
std::pair<sample, sample> measure_size(place& where, std::size_t bytes, int times) {
  return where.enter([&](js::isolate_scope& here, v8::Local<v8::Context> context) {
    auto* isolate = here.v8();
    auto source = v8::String::NewFromUtf8(isolate, records(bytes).c_str()).ToLocalChecked();
    auto data =
      v8::Script::Compile(context, source).ToLocalChecked()->Run(context).ToLocalChecked();
    auto bare = [&] {
      v8::HandleScope handles{isolate};
      v8::ValueSerializer writer{isolate};
      writer.WriteHeader();
      writer.WriteValue(context, data).Check();
      auto [text, size] = writer.Release();
      v8::ValueDeserializer reader{isolate, text, size};
      reader.ReadHeader(context).Check();
      [[maybe_unused]] auto made = reader.ReadValue(context).ToLocalChecked();
      std::free(text);
    };
    auto held = require(js::clone_out(here, context, data));
    auto ours = [&] {
      v8::HandleScope handles{isolate};
      auto made = js::clone_in(here, context, held).ToLocalChecked();
      held = require(js::clone_out(here, context, made));
    };
    double seen = sum_of(held);
    std::vector<double> floor_times;
    std::vector<double> our_times;
    std::vector<double> read_times;
    auto time = [](std::vector<double>& into, auto&& once) {
      auto start = clock::now();
      once();
      into.push_back(microseconds_since(start));
    };
    for (int i = 0; i < times / 4 + 2; ++i) { // V8 compiles what runs often
      bare();
      ours();
    }
    alternate(
      times, [&] { time(floor_times, bare); },
      [&] {
        time(our_times, ours);
        time(read_times, [&] {
          ours();
          require(sum_of(held) == seen, "a value has changed on its way");
        });
      });
    return std::pair{sample{median(floor_times), median(our_times)},
                     sample{median(floor_times), median(read_times)}};
  });
}

sample measure_transfer(place& where, std::size_t bytes, int times) {
  return where.enter([&](js::isolate_scope& here, v8::Local<v8::Context> context) {
    std::vector<double> copy_times;
    std::vector<double> our_times;
    auto copy = value::array_buffer(std::vector<std::byte>(bytes));
    buffer memory{std::vector<std::byte>(bytes)};
    alternate(
      times,
      [&] {
        v8::HandleScope handles{here.v8()};
        auto start = clock::now();
        copy = require(
          js::clone_out(here, context, js::clone_in(here, context, copy).ToLocalChecked()));
        copy_times.push_back(microseconds_since(start));
      },
      [&] {
        v8::HandleScope handles{here.v8()};
        auto start = clock::now();
        auto made = js::clone_in(here, context, value::transfer(std::move(memory)));
        auto out =
          require(js::clone_out(here, context, made.ToLocalChecked(), js::clone_mode::transfer));
        memory = *out.take_buffer();
        our_times.push_back(microseconds_since(start));
      });
    require(memory.size() == bytes, "memory was lost");
    return sample{median(copy_times), median(our_times)};
  });
}

std::vector<sample> measure() {
  place where;
  std::vector<sample> samples;
  std::vector<sample> read;
  for (auto [bytes, times] : {std::pair{1'000, 2000}, {100'000, 100}, {10'000'000, 6}}) {
    auto [plain, looked_at] = measure_size(where, static_cast<std::size_t>(bytes), times);
    samples.push_back(plain);
    read.push_back(looked_at);
  }
  samples.insert(samples.end(), read.begin(), read.end());
  samples.push_back(measure_transfer(where, 10'000'000, 20));
  return samples;
}

} // namespace

item clone_in_isolate() {
  auto name = [](const char* size, const char* how) {
    return figure{fmt::format("clone, {}, in and out of one isolate{}", size, how), "µs",
                  goal::ratio_at_most, 0.6};
  };
  auto looked_at = [](const char* size) {
    return figure{fmt::format("clone, {}, in and out, all of it read by C++", size), "µs"};
  };
  return {.name = "clone_in_isolate",
          .figures = {name("1 KB", ""),
                      name("100 KB", ""),
                      name("10 MB", ""),
                      looked_at("1 KB"),
                      looked_at("100 KB"),
                      looked_at("10 MB"),
                      {"transfer, 10 MB, in and out (floor: as a copy)", "µs",
                       goal::value_at_most, 50}},
          .rounds = 5,
          .measure = &measure};
}

} // namespace troupe::bench
