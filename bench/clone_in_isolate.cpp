// clone_in_isolate: what a value costs the isolate's thread: 1 KB, 100 KB and 10 MB
// of JSON text, as records with numbers, texts and lists.
//
// Timed: `clone_in` of a value that came from a script, and `clone_out` of what it
// made there: a value of its own each time. Then once more with every number, text
// and key looked at in C++. Floor: what a host does without us, whose data live in an
// isolate of its own: `v8::ValueSerializer` there, `v8::ValueDeserializer` and
// `v8::ValueSerializer` in the context, `v8::ValueDeserializer` in the host's, on one
// thread. Also against half of that: written and read once, within one isolate.
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
      std::make_shared<js::loop_waker>(), {[] {}, [](const char*) {}}) {
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
    v8::Isolate::Scope inside{isolate_.v8()};
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

v8::Local<v8::Value> run_in(v8::Local<v8::Context> context, const std::string& text) {
  auto source = v8::String::NewFromUtf8(v8::Isolate::GetCurrent(), text.c_str()).ToLocalChecked();
  return v8::Script::Compile(context, source).ToLocalChecked()->Run(context).ToLocalChecked();
}

/// As V8 does it, which gives memory of malloc.
std::pair<std::uint8_t*, std::size_t> write(v8::Local<v8::Context> context,
                                            v8::Local<v8::Value> item) {
  v8::ValueSerializer writer{v8::Isolate::GetCurrent()};
  writer.WriteHeader();
  writer.WriteValue(context, item).Check();
  return writer.Release();
}

v8::Local<v8::Value> read(v8::Local<v8::Context> context,
                          std::pair<std::uint8_t*, std::size_t> bytes) {
  v8::ValueDeserializer reader{v8::Isolate::GetCurrent(), bytes.first, bytes.second};
  reader.ReadHeader(context).Check();
  auto made = reader.ReadValue(context).ToLocalChecked();
  std::free(bytes.first);
  return made;
}

/// There and back with and without a look at everything in C++, and against half of the
/// floor.
struct measured {
  sample round_trip;
  sample looked_at;
  sample once;
};

measured measure_size(place& host, place& where, std::size_t bytes, int times) {
  std::vector<double> floor_times;
  std::vector<double> once_times;
  std::vector<double> our_times;
  std::vector<double> read_times;
  auto time = [](std::vector<double>& into, auto&& once) {
    auto start = clock::now();
    once();
    into.push_back(microseconds_since(start));
  };
  host.enter([&](js::isolate_scope&, v8::Local<v8::Context> home) {
    auto data = run_in(home, records(bytes));
    where.enter([&](js::isolate_scope& here, v8::Local<v8::Context> context) {
      auto* isolate = here.v8();
      auto there_and_back = [&] {
        std::pair<std::uint8_t*, std::size_t> text;
        host.enter(
          [&](js::isolate_scope&, v8::Local<v8::Context> own) { text = write(own, data); });
        {
          v8::HandleScope handles{isolate};
          text = write(context, read(context, text));
        }
        host.enter([&](js::isolate_scope&, v8::Local<v8::Context> own) { read(own, text); });
      };
      auto source = run_in(context, records(bytes));
      auto once = [&] {
        v8::HandleScope handles{isolate};
        read(context, write(context, source));
      };
      auto held = require(js::clone_out(here, context, source));
      auto ours = [&] {
        v8::HandleScope handles{isolate};
        auto made = js::clone_in(here, context, held).ToLocalChecked();
        held = require(js::clone_out(here, context, made));
      };
      double seen = sum_of(held);
      for (int i = 0; i < times / 4 + 2; ++i) { // V8 compiles what runs often
        there_and_back();
        ours();
      }
      alternate(
        times,
        [&] {
          time(floor_times, there_and_back);
          time(once_times, once);
        },
        [&] {
          time(our_times, ours);
          time(read_times, [&] {
            ours();
            require(sum_of(held) == seen, "a value has changed on its way");
          });
        });
    });
  });
  return {{median(floor_times), median(our_times)},
          {median(floor_times), median(read_times)},
          {median(once_times), median(our_times)}};
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
  place host;
  place where;
  std::vector<sample> round_trips;
  std::vector<sample> looked_at;
  std::vector<sample> once;
  for (auto [bytes, times] : {std::pair{1'000, 2000}, {100'000, 100}, {10'000'000, 6}}) {
    auto one = measure_size(host, where, static_cast<std::size_t>(bytes), times);
    round_trips.push_back(one.round_trip);
    looked_at.push_back(one.looked_at);
    once.push_back(one.once);
  }
  auto samples = std::move(round_trips);
  samples.insert(samples.end(), looked_at.begin(), looked_at.end());
  samples.insert(samples.end(), once.begin(), once.end());
  samples.push_back(measure_transfer(where, 10'000'000, 20));
  return samples;
}

} // namespace

item clone_in_isolate() {
  auto wanted = [](const char* size) {
    return figure{fmt::format("clone, {}, host to context and back", size), "µs",
                  goal::ratio_at_most, 0.6};
  };
  auto looked_at = [](const char* size) {
    return figure{fmt::format("clone, {}, there and back, all of it read by C++", size), "µs"};
  };
  auto once = [](const char* size) {
    return figure{fmt::format("clone, {} (floor: within one isolate)", size), "µs"};
  };
  return {.name = "clone_in_isolate",
          .figures = {wanted("1 KB"),
                      wanted("100 KB"),
                      wanted("10 MB"),
                      looked_at("1 KB"),
                      looked_at("100 KB"),
                      looked_at("10 MB"),
                      once("1 KB"),
                      once("100 KB"),
                      once("10 MB"),
                      {"transfer, 10 MB, in and out (floor: as a copy)", "µs",
                       goal::value_at_most, 50}},
          .rounds = 5,
          .measure = &measure};
}

} // namespace troupe::bench
