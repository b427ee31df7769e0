#include "runtime/plain_clone.hpp"

#include "runtime/isolate.hpp"

#include <v8-exception.h>
#include <v8-internal.h>
#include <v8-isolate.h>
#include <v8-primitive.h>
#include <v8-script.h>

#include <algorithm>
#include <bit>
#include <span>

namespace troupe::js {

using detail::tape_op;
using detail::value_graph;
using detail::value_tape;
using detail::value_text;

namespace {

// Numbers of tape_op, of the results of `enter` and of sizes are written out here:
// see the static_asserts below.
//
// Each `names[i]`, `o[i]` and the like is an own property or what a structured clone
// reads; there is no method call, no iteration and no literal with a key that comes
// from outside. `objects`, `texts`, `shapes` and the arrays of `build` are full from
// the beginning: a store never gets to a setter on Array.prototype.
// In a realm of its own: it is made when the first data worth it comes, scripts cannot
// reach into it, and its functions are not seen in the stacks of errors that getters
// make, since it has another security token (v8-context.h, SetSecurityToken).
constexpr std::string_view walk_source =
  R"JS((function (ops, numbers, guesses, shapes, enter, spill,
    takeTexts, defineShape, moreObjects) {
  'use strict';
  const {keys, hasOwn} = Object;
  let c = 0, n = 0, s = 0, m = 0, room = 0, known = 0, odd = false;
  let objects, texts, frames, pending, hasPending = false, stopped = false;

  function put(op) {
    ops[c++] = op;
    if (c === 1024) {
      spill(c, n, odd);
      c = n = 0;
    }
  }

  function giveTexts16() {
    s = 0;
    takeTexts(16, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7],
              texts[8], texts[9], texts[10], texts[11], texts[12], texts[13], texts[14],
              texts[15]);
  }

  function leaf(v) {
    if (typeof v === 'string') {
      put(1);
      texts[s++] = v;
      if (s === 16)
        giveTexts16();
    } else if (typeof v === 'number') {
      numbers[n++] = v;
      put(0);
    } else if (v === null) {
      put(2);
    } else if (v === true) {
      put(3);
    } else if (v === false) {
      put(4);
    } else if (v === undefined) {
      put(5);
    } else {
      return false;
    }
    return true;
  }

  function same(a, b, length) {
    if (b.length !== length)
      return false;
    for (let i = 0; i < length; ++i)
      if (a[i] !== b[i])
        return false;
    return true;
  }

  function shapeOf(names, length, slot) {
    let found = 0;
    for (; found < known; ++found) {
      if (same(names, shapes[found], length)) {
        guesses[slot] = found;
        return found;
      }
    }
    if (known === 64 || length > 64)
      return -1;
    if (!defineShape(names))
      return -1;
    shapes[known] = names;
    guesses[slot] = known;
    return known++;
  }

  function visit(o, slot, depth) {
    const id = enter(o);
    if (id >= 0) {
      put(10 | id << 4);
      return true;
    }
    if (id === -1)
      return false;
    objects[m++] = o;
    if (m === room) {
      objects = moreObjects();
      room = 1024;
      m = 0;
    }
    let i = 0;
    if (id <= -3) {
      const length = o.length;
      let packed = id === -4; // and no script has run since
      put(8 | length << 4);
      for (; i < length; ++i) {
        if (!packed && !hasOwn(o, i)) {
          odd = true;
          put(6);
          continue;
        }
        const v = o[i];
        let taken = true;
        if (typeof v === 'object' && v !== null) {
          packed = false;
          taken = depth < 32 && visit(v, slot, depth + 1);
        } else {
          taken = leaf(v);
        }
        if (!taken) {
          pending = v;
          hasPending = stopped = true;
        }
        if (stopped) {
          frames = {object: o, keys: undefined, next: i + 1, inner: frames};
          return true;
        }
      }
      return true;
    }
    const names = keys(o);
    const length = names.length;
    let shape = guesses[slot];
    if (shape >= known || !same(names, shapes[shape], length))
      shape = shapeOf(names, length, slot);
    if (shape < 0) {
      put(11 | length << 4);
      stopped = true;
      frames = {object: o, keys: names, next: 0, inner: frames};
      return true;
    }
    put(9 | shape << 4);
    const base = shape * 64;
    for (; i < length; ++i) {
      const k = names[i];
      const v = o[k];
      if ((v === undefined || typeof v === 'function') && !hasOwn(o, k)) {
        odd = true;
        put(7);
        continue;
      }
      let taken = true;
      if (typeof v === 'object' && v !== null) {
        taken = depth < 32 && visit(v, base + i, depth + 1);
      } else {
          taken = leaf(v);
        }
      if (!taken) {
        pending = v;
        hasPending = stopped = true;
      }
      if (stopped) {
        frames = {object: o, keys: names, next: i + 1, inner: frames};
        return true;
      }
    }
    return true;
  }

  function walk(root, firstObjects, textBuffer) {
    objects = firstObjects;
    texts = textBuffer;
    c = n = s = m = known = 0;
    room = 32;
    frames = pending = undefined;
    hasPending = stopped = odd = false;
    const taken = visit(root, 4096, 0);
    if (s !== 0)
      takeTexts(s, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6],
                texts[7], texts[8], texts[9], texts[10], texts[11], texts[12], texts[13],
                texts[14], texts[15]);
    if (c !== 0)
      spill(c, n, odd);
    objects = texts = undefined;
    for (let i = 0; i < known; ++i)
      shapes[i] = undefined;
    if (!stopped)
      return taken;
    const where = {frames, hasPending, pending};
    frames = pending = undefined;
    return where;
  }

  return walk;
})
//# sourceURL=troupe:clone-out)JS";

// In the script's realm, whose objects it makes. No script runs meanwhile.
constexpr std::string_view build_source = R"JS((function (ops, numbers, makers, refill, giveTexts,
    giveArray) {
  'use strict';
  let p = 0, q = 0, r = 0, left = 0, strings;

  function next() {
    if (p === left) {
      left = refill();
      p = q = 0;
    }
    const op = ops[p++];
    switch (op & 15) {
      case 0:
        return numbers[q++];
      case 1:
        if (r === 256) {
          strings = giveTexts();
          r = 0;
        }
        return strings[r++];
      case 2:
        return null;
      case 3:
        return true;
      case 4:
        return false;
      case 5:
        return undefined;
      case 8: {
        const length = op >> 4;
        let made;
        switch (length) {
          case 0: return [];
          case 1: made = [0]; break;
          case 2: made = [0, 0]; break;
          case 3: made = [0, 0, 0]; break;
          case 4: made = [0, 0, 0, 0]; break;
          default: made = giveArray(length);
        }
        for (let i = 0; i < length; ++i)
          made[i] = next();
        return made;
      }
      default:
        return makers[op >> 4](next);
    }
  }

  function build() {
    p = left = 0;
    r = 256;
    const made = next();
    strings = undefined;
    return made;
  }

  function makerFor(template, names) {
    const length = names.length;
    return function (next) {
      const made = {...template};
      for (let i = 0; i < length; ++i)
        made[names[i]] = next();
      return made;
    };
  }

  return [build, makerFor];
})
//# sourceURL=troupe:clone-in)JS";

static_assert(static_cast<int>(tape_op::number) == 0 && static_cast<int>(tape_op::string) == 1
              && static_cast<int>(tape_op::null) == 2 && static_cast<int>(tape_op::yes) == 3
              && static_cast<int>(tape_op::no) == 4 && static_cast<int>(tape_op::undefined) == 5
              && static_cast<int>(tape_op::hole) == 6 && static_cast<int>(tape_op::absent) == 7
              && static_cast<int>(tape_op::array) == 8 && static_cast<int>(tape_op::object) == 9
              && static_cast<int>(tape_op::reference) == 10
              && static_cast<int>(tape_op::open) == 11 && detail::tape_op_bits == 4);

constexpr int not_plain = -1;
constexpr int new_object = -2;
constexpr int new_array = -3;
constexpr int new_packed_array = -4;
constexpr std::size_t packed_samples = 3; // the first ones

constexpr std::uint32_t first_objects = 32;
constexpr std::uint32_t later_objects = 1024;
constexpr std::size_t string_batch = 256;
constexpr std::uint32_t backoff_max = 255;
constexpr std::size_t known_shapes_max = 256;
constexpr std::size_t special_min = 500; // objects, about
constexpr std::size_t known_places_max = std::size_t{1} << 20;

v8::internal::Address address_of(v8::Local<v8::Object> object) {
  return v8::internal::ValueHelper::ValueAsAddress(*object);
}

/// V8's type of an object with nothing but properties; proxies, Maps, Dates,
/// errors, host objects and the like have other ones. A dozen questions of V8's
/// interface (`IsProxy`…) would come to the same.
bool is_plain_object(v8::Local<v8::Object> object) {
  using v8::internal::Internals;
  return Internals::GetInstanceType(address_of(object)) == Internals::kJSObjectType;
}

v8::internal::Address hidden_class(v8::Local<v8::Object> object) {
  using v8::internal::Internals;
  return Internals::ReadTaggedPointerField(address_of(object), Internals::kHeapObjectMapOffset);
}

v8::MaybeLocal<v8::String> make_string(v8::Isolate* isolate, const value_text& text,
                                       v8::NewStringType type) {
  auto length = static_cast<int>(text.length); // came from a string
  return text.two_byte
           ? v8::String::NewFromTwoByte(isolate, static_cast<const std::uint16_t*>(text.data),
                                        type, length)
           : v8::String::NewFromOneByte(isolate, static_cast<const std::uint8_t*>(text.data),
                                        type, length);
}

} // namespace

struct plain_cloner::writing {
  value_graph& graph;
  value_tape& tape;
  text_sink& texts;
  std::array<v8::Local<v8::Array>, 6> samples{};
  v8::Local<v8::Array> first{};
  std::vector<v8::Global<v8::Array>> chunks{};
  /// Open addressing; 0: free, else the number from 1 above, some bits of the hash
  /// below. Small, since it is what misses the processor's caches.
  std::vector<std::uint32_t> known{};
  std::uint32_t met = 0;
  bool refused = false;

  static constexpr int tag_bits = 10;
  static constexpr std::uint32_t tag_mask = (1u << tag_bits) - 1;
  static constexpr std::uint32_t met_max = (1u << (32 - tag_bits)) - 2;

  [[nodiscard]] static std::size_t start(std::uint32_t hash, std::size_t size) {
    // V8's hashes are random, but of 20 bits only.
    return (hash * 0x9E3779B97F4A7C15u >> 20) & (size - 1);
  }

  v8::MaybeLocal<v8::Value> object(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                   std::uint32_t number) {
    if (number < first_objects)
      return first->Get(context, number);
    auto at = number - first_objects;
    return chunks[at / later_objects].Get(isolate)->Get(context, at % later_objects);
  }

  /// Its number if it was met before, else -1, and then it gets one.
  int find_or_add(v8::Isolate* isolate, v8::Local<v8::Object> which) {
    auto hash = static_cast<std::uint32_t>(which->GetIdentityHash());
    if (2 * (met + 1) > known.size())
      grow(isolate);
    auto at = start(hash, known.size());
    for (; known[at] != 0; at = (at + 1) & (known.size() - 1)) {
      auto number = (known[at] >> tag_bits) - 1;
      v8::Local<v8::Value> other;
      if ((known[at] & tag_mask) == (hash & tag_mask)
          && object(isolate, isolate->GetCurrentContext(), number).ToLocal(&other)
          && other == which)
        return static_cast<int>(number);
    }
    known[at] = ++met << tag_bits | (hash & tag_mask);
    return -1;
  }

  void grow(v8::Isolate* isolate) {
    known.assign(4 * known.size(), 0);
    v8::HandleScope handles{isolate};
    for (std::uint32_t number = 0; number < met; ++number) {
      v8::HandleScope brief{isolate};
      auto each = object(isolate, isolate->GetCurrentContext(), number).ToLocalChecked();
      auto hash = static_cast<std::uint32_t>(each.As<v8::Object>()->GetIdentityHash());
      auto at = start(hash, known.size());
      while (known[at] != 0)
        at = (at + 1) & (known.size() - 1);
      known[at] = (number + 1) << tag_bits | (hash & tag_mask);
    }
  }
};

struct plain_cloner::reading {
  const value_tape& tape;
  std::size_t next_op = 0;
  std::size_t next_number = 0;
  std::size_t next_text = 0;
};

plain_cloner::plain_cloner() = default;
plain_cloner::~plain_cloner() = default;

void plain_cloner::uninstall() {
  context_.Reset();
  walk_.Reset();
  build_.Reset();
  makers_.Reset();
  maker_for_.Reset();
  known_shapes_.clear();
  for (auto& each : array_samples_)
    each.Reset();
  broken_ = false;
}

void plain_cloner::install(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  uninstall();
  context_.Reset(isolate, context);
}

bool plain_cloner::ready(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  if (busy_ || broken_ || context_.IsEmpty() || context_ != context)
    return false;
  if (!walk_.IsEmpty())
    return true;
  v8::TryCatch caught{isolate};
  broken_ = !compile(isolate, context); // for good: no memory, or a termination
  if (caught.HasTerminated())
    caught.ReThrow();
  return !broken_;
}

bool plain_cloner::compile(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  v8::HandleScope handles{isolate};
  auto apart = v8::Context::New(isolate);
  if (apart.IsEmpty())
    return false;
  if (!window_)
    window_ = std::make_unique<window>();
  auto over = [&](void* memory, std::size_t size) {
    std::shared_ptr<v8::BackingStore> store =
      v8::ArrayBuffer::NewBackingStore(memory, size, v8::BackingStore::EmptyDeleter, nullptr);
    return v8::ArrayBuffer::New(isolate, std::move(store));
  };
  auto filled = [&](std::size_t length) {
    std::vector<v8::Local<v8::Value>> nothing(length, v8::Undefined(isolate));
    return v8::Array::New(isolate, nothing.data(), nothing.size());
  };
  auto run = [&](v8::Local<v8::Context> in, std::string_view code, v8::Local<v8::Value>& value) {
    v8::Local<v8::String> source;
    v8::Local<v8::Script> script;
    return v8::String::NewFromUtf8(isolate, code.data(), v8::NewStringType::kNormal,
                                   static_cast<int>(code.size()))
             .ToLocal(&source)
           && v8::Script::Compile(in, source).ToLocal(&script) && script->Run(in).ToLocal(&value);
  };
  auto call = [&](v8::Local<v8::Context> in, v8::Local<v8::Value> maker,
                  std::vector<v8::Local<v8::Value>> arguments,
                  std::initializer_list<v8::FunctionCallback> callbacks,
                  v8::Local<v8::Value>& value) {
    for (auto callback : callbacks) {
      v8::Local<v8::Function> made;
      if (!v8::Function::New(in, callback, {}, 0, v8::ConstructorBehavior::kThrow).ToLocal(&made))
        return false;
      arguments.push_back(made);
    }
    return maker.As<v8::Function>()
      ->Call(in, v8::Undefined(isolate), static_cast<int>(arguments.size()), arguments.data())
      .ToLocal(&value);
  };
  auto ops_memory = over(&window_->ops, sizeof window_->ops);
  auto numbers_memory = over(&window_->numbers, sizeof window_->numbers);
  v8::Local<v8::Value> maker;
  v8::Local<v8::Value> walk;
  {
    v8::Context::Scope entered{apart};
    auto guesses = v8::Int8Array::New(over(&window_->guesses, sizeof window_->guesses), 0,
                                      window_->guesses.size());
    if (!run(apart, walk_source, maker)
        || !call(apart, maker,
                 {v8::Int32Array::New(ops_memory, 0, chunk),
                  v8::Float64Array::New(numbers_memory, 0, chunk), guesses, filled(shapes_max)},
                 {&enter, &spill, &take_texts, &define_shape, &more_objects}, walk))
      return false;
  }
  auto makers = filled(shapes_max);
  v8::Local<v8::Value> pair;
  v8::Local<v8::Value> build;
  v8::Local<v8::Value> maker_for;
  v8::Local<v8::Value> examples;
  if (!run(context, build_source, maker)
      || !call(context, maker,
               {v8::Int32Array::New(ops_memory, 0, chunk),
                v8::Float64Array::New(numbers_memory, 0, chunk), makers},
               {&refill, &give_texts, &give_array}, pair)
      || !pair.As<v8::Array>()->Get(context, 0).ToLocal(&build)
      || !pair.As<v8::Array>()->Get(context, 1).ToLocal(&maker_for)
      || !run(context, "[[0], [0.5], [''], [, 0], [, 0.5], [, '']]", examples))
    return false;
  for (std::size_t i = 0; i < array_samples_.size(); ++i) {
    v8::Local<v8::Value> example;
    if (!examples.As<v8::Array>()->Get(context, static_cast<std::uint32_t>(i)).ToLocal(&example))
      return false;
    array_samples_[i].Reset(isolate, example.As<v8::Array>());
  }
  makers_.Reset(isolate, makers);
  maker_for_.Reset(isolate, maker_for.As<v8::Function>());
  walk_.Reset(isolate, walk.As<v8::Function>());
  build_.Reset(isolate, build.As<v8::Function>());
  return true;
}

plain_cloner& plain_cloner::of(const v8::FunctionCallbackInfo<v8::Value>& info) {
  return isolate::of(info.GetIsolate()).cloner();
}

// -- out ----------------------------------------------------------------------------

auto plain_cloner::write(v8::Isolate* isolate, v8::Local<v8::Context> context,
                         v8::Local<v8::Value> from, value_graph& graph, value_tape& tape,
                         text_sink& texts, interruption& where) -> outcome {
  if (!from->IsObject())
    return outcome::declined;
  auto root = from.As<v8::Object>();
  bool large = root->IsArray() && root.As<v8::Array>()->Length() >= missed_min / 4;
  if ((walk_.IsEmpty() && missed_ < missed_min && !large)
      || (!root->IsArray() && !is_plain_object(root)))
    return outcome::declined;
  if (skip_ != 0) {
    --skip_;
    return outcome::declined;
  }
  if (!ready(isolate, context))
    return isolate->IsExecutionTerminating() ? outcome::threw : outcome::declined;
  std::array<v8::Local<v8::Value>, first_objects> none;
  none.fill(v8::Undefined(isolate));
  writing state{.graph = graph, .tape = tape, .texts = texts};
  // Much as the last time.
  state.known.resize(
    std::bit_ceil(std::clamp<std::size_t>(2 * last_met_ + 2, 64, known_places_max)));
  tape.ops.reserve(last_ops_);
  tape.numbers.reserve(last_numbers_);
  tape.texts.reserve(last_texts_);
  for (std::size_t i = 0; i < array_samples_.size(); ++i)
    state.samples[i] = array_samples_[i].Get(isolate);
  state.first = v8::Array::New(isolate, none.data(), first_objects);
  auto buffer = v8::Array::New(isolate, none.data(), batch);
  v8::Local<v8::Value> arguments[]{from, state.first, buffer};
  v8::Local<v8::Value> answer;
  busy_ = true;
  writing_ = &state;
  v8::TryCatch caught{isolate};
  bool called = walk_.Get(isolate)
                  ->Call(context, v8::Undefined(isolate), std::size(arguments), arguments)
                  .ToLocal(&answer);
  writing_ = nullptr;
  busy_ = false;
  last_met_ = state.met;
  last_ops_ = tape.ops.size();
  last_numbers_ = tape.numbers.size();
  last_texts_ = tape.texts.size();
  if (!called) {
    if (state.refused && !caught.HasTerminated())
      return outcome::refused;
    caught.ReThrow();
    return outcome::threw;
  }
  if (answer->IsTrue()) {
    backoff_ = 0;
    return outcome::whole;
  }
  backoff_ = std::min(2 * backoff_ + 1, backoff_max);
  skip_ = backoff_;
  if (answer->IsFalse())
    return outcome::declined;
  // An object of our own: all its properties are there.
  auto get = [&](v8::Local<v8::Value> of, const char* name) {
    auto key = v8::String::NewFromUtf8(isolate, name, v8::NewStringType::kInternalized);
    return of.As<v8::Object>()->Get(context, key.ToLocalChecked()).ToLocalChecked();
  };
  if (get(answer, "hasPending")->IsTrue())
    where.pending = get(answer, "pending");
  for (auto at = get(answer, "frames"); at->IsObject(); at = get(at, "inner")) {
    auto names = get(at, "keys");
    where.frames.push_back(
      {.object = get(at, "object").As<v8::Object>(),
       .keys = names->IsArray() ? names.As<v8::Array>() : v8::Local<v8::Array>{},
       .next = get(at, "next").As<v8::Uint32>()->Value()});
  }
  for (std::uint32_t i = 0; i < state.met; ++i)
    where.met.push_back(state.object(isolate, context, i).ToLocalChecked().As<v8::Object>());
  return outcome::interrupted;
}

/// An array that has all its elements and no properties beside them: new_array or
/// new_packed_array.
int plain_cloner::kind_of_array(v8::Local<v8::Object> from) {
  // Arrays that were never given more than elements share their hidden class.
  auto shown = hidden_class(from);
  const auto& samples = writing_->samples;
  std::size_t like = 0;
  while (like < samples.size() && hidden_class(samples[like]) != shown)
    ++like;
  bool common = like < samples.size();
  if (!common && !from->IsArray())
    return not_plain;
  auto length = from.As<v8::Array>()->Length();
  if (length > static_cast<std::uint32_t>(detail::tape_payload_max))
    return not_plain;
  if (like < packed_samples)
    return new_packed_array;
  auto* isolate = v8::Isolate::GetCurrent();
  auto context = context_.Get(isolate);
  v8::Local<v8::Array> keys;
  if (!from
         ->GetPropertyNames(
           context, v8::KeyCollectionMode::kOwnOnly,
           static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS),
           v8::IndexFilter::kIncludeIndices, v8::KeyConversionMode::kKeepNumbers)
         .ToLocal(&keys))
    return not_plain;
  auto count = keys->Length();
  v8::Local<v8::Value> last; // indices come first
  if (count != 0
      && (!keys->Get(context, count - 1).ToLocal(&last) || !last->IsUint32()
          || last.As<v8::Uint32>()->Value() >= length))
    return not_plain;
  return count == length ? new_array : not_plain;
}

void plain_cloner::enter(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& self = of(info);
  auto object = info[0].As<v8::Object>();
  int kind = is_plain_object(object) ? new_object : self.kind_of_array(object);
  if (self.writing_->met == writing::met_max)
    kind = not_plain;
  if (kind != not_plain) {
    auto known = self.writing_->find_or_add(info.GetIsolate(), object);
    if (known >= 0) {
      self.writing_->tape.simple = false;
      kind = known;
    }
  }
  info.GetReturnValue().Set(kind);
}

void plain_cloner::spill(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& self = of(info);
  auto& tape = self.writing_->tape;
  auto ops = std::min(info[0].As<v8::Uint32>()->Value(), std::uint32_t{chunk});
  auto numbers = std::min(info[1].As<v8::Uint32>()->Value(), std::uint32_t{chunk});
  tape.simple = tape.simple && !info[2]->IsTrue();
  tape.ops.insert(tape.ops.end(), self.window_->ops.begin(), self.window_->ops.begin() + ops);
  tape.numbers.insert(tape.numbers.end(), self.window_->numbers.begin(),
                      self.window_->numbers.begin() + numbers);
}

void plain_cloner::take_texts(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& state = *of(info).writing_;
  auto count = std::min(info[0].As<v8::Uint32>()->Value(), std::uint32_t{batch});
  for (std::uint32_t i = 0; i < count; ++i) {
    value_text text;
    if (!state.texts.take(info[static_cast<int>(i) + 1].As<v8::String>(), text)) {
      state.refused = true;
      info.GetIsolate()->ThrowException(v8::Null(info.GetIsolate()));
      return;
    }
    state.tape.texts.push_back(text);
  }
}

void plain_cloner::define_shape(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& state = *of(info).writing_;
  auto context = info.GetIsolate()->GetCurrentContext();
  auto names = info[0].As<v8::Array>();
  auto texts = state.graph.make_span<value_text>(names->Length());
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    v8::Local<v8::Value> name;
    if (!names->Get(context, i).ToLocal(&name)
        || !state.texts.take(name.As<v8::String>(), texts[i]))
      return; // undefined: no shape
  }
  state.tape.shapes.push_back(texts);
  info.GetReturnValue().Set(true);
}

void plain_cloner::more_objects(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& self = of(info);
  v8::Local<v8::Array> made;
  if (!self.make_array(info.GetIsolate(), later_objects).ToLocal(&made))
    return;
  self.writing_->chunks.emplace_back(info.GetIsolate(), made);
  info.GetReturnValue().Set(made);
}

v8::MaybeLocal<v8::Array> plain_cloner::make_array(v8::Isolate* isolate, std::size_t length) {
  std::vector<v8::Local<v8::Value>> zeros(length, v8::Integer::New(isolate, 0));
  return v8::Array::New(isolate, zeros.data(), zeros.size());
}

// -- in -----------------------------------------------------------------------------

v8::MaybeLocal<v8::Value> plain_cloner::read(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                             const value_tape& tape) {
  if (!tape.simple || (walk_.IsEmpty() && tape.ops.size() < missed_min))
    return {};
  if (!ready(isolate, context) || !prepare_shapes(isolate, context, tape))
    return {};
  reading state{.tape = tape};
  busy_ = true;
  reading_ = &state;
  auto made = build_.Get(isolate)->Call(context, v8::Undefined(isolate), 0, nullptr);
  reading_ = nullptr;
  busy_ = false;
  return made;
}

/// Sets the makers of the tape's shapes, most of which are known from earlier ones.
bool plain_cloner::prepare_shapes(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                  const value_tape& tape) {
  if (tape.shapes.size() > shapes_max)
    return false;
  auto makers = makers_.Get(isolate);
  std::string signature;
  for (std::uint32_t s = 0; s < tape.shapes.size(); ++s) {
    auto keys = tape.shapes[s];
    signature.clear();
    for (const auto& key : keys) {
      std::uint32_t header = key.length << 1 | (key.two_byte ? 1u : 0u);
      signature.append(reinterpret_cast<const char*>(&header), sizeof header);
      signature.append(static_cast<const char*>(key.data), key.length * (key.two_byte ? 2u : 1u));
    }
    if (known_shapes_.size() >= known_shapes_max && !known_shapes_.contains(signature))
      known_shapes_.clear();
    auto& known = known_shapes_[signature];
    v8::Local<v8::Function> maker;
    if (known.maker.IsEmpty()) {
      if (!general_maker(isolate, context, keys).ToLocal(&maker))
        return false;
      known.maker.Reset(isolate, maker);
    }
    // A function for these keys alone is worth its compilation only for many objects.
    if (!known.special && (known.objects += tape.ops.size() / (keys.size() + 1)) >= special_min) {
      known.special = true;
      if (special_maker(isolate, context, keys).ToLocal(&maker))
        known.maker.Reset(isolate, maker);
    }
    if (!makers->CreateDataProperty(context, s, known.maker.Get(isolate)).FromMaybe(false))
      return false;
  }
  return true;
}

/// A function that makes an object of these keys, whose values `next` gives.
v8::MaybeLocal<v8::Function> plain_cloner::general_maker(v8::Isolate* isolate,
                                                         v8::Local<v8::Context> context,
                                                         std::span<const value_text> keys) {
  std::vector<v8::Local<v8::Value>> names;
  auto like = v8::Object::New(isolate);
  for (const auto& key : keys) {
    v8::Local<v8::String> name;
    if (!make_string(isolate, key, v8::NewStringType::kInternalized).ToLocal(&name)
        || !like->CreateDataProperty(context, name, v8::Undefined(isolate)).FromMaybe(false))
      return {};
    names.push_back(name);
  }
  v8::Local<v8::Value> arguments[]{like, v8::Array::New(isolate, names.data(), names.size())};
  v8::Local<v8::Value> made;
  if (!maker_for_.Get(isolate)
         ->Call(context, v8::Undefined(isolate), std::size(arguments), arguments)
         .ToLocal(&made))
    return {};
  return made.As<v8::Function>();
}

/// The same as a function with an object literal. Empty when a key is no plain word:
/// nothing that comes from outside is ever part of a program.
v8::MaybeLocal<v8::Function> plain_cloner::special_maker(v8::Isolate* isolate,
                                                         v8::Local<v8::Context> context,
                                                         std::span<const value_text> keys) {
  std::string program = "(function (next) { 'use strict'; return {";
  for (const auto& key : keys) {
    auto letters = key.latin1();
    auto plain = [](std::uint8_t c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
             || c == '_';
    };
    if (key.two_byte || key.length == 0 || key.length > 64 || !std::ranges::all_of(letters, plain)
        || letters[0] <= '9')
      return {};
    std::string name(letters.begin(), letters.end());
    if (name == "__proto__") // in a literal not a property
      return {};
    program += "\"" + name + "\":next(),";
  }
  program += "} })\n//# sourceURL=troupe:clone";
  v8::TryCatch quiet{isolate};
  v8::Local<v8::String> source;
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> made;
  if (!v8::String::NewFromUtf8(isolate, program.c_str()).ToLocal(&source)
      || !v8::Script::Compile(context, source).ToLocal(&script)
      || !script->Run(context).ToLocal(&made)) {
    if (quiet.HasTerminated())
      quiet.ReThrow();
    return {};
  }
  return made.As<v8::Function>();
}

void plain_cloner::refill(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& self = of(info);
  auto& state = *self.reading_;
  auto left = std::span{state.tape.ops}.subspan(state.next_op);
  auto some = left.first(std::min(left.size(), chunk));
  std::ranges::copy(some, self.window_->ops.begin());
  constexpr std::int32_t op_mask = (1 << detail::tape_op_bits) - 1;
  auto numbers = static_cast<std::size_t>(std::ranges::count_if(some, [](std::int32_t op) {
    return (op & op_mask) == static_cast<std::int32_t>(tape_op::number);
  }));
  std::ranges::copy(std::span{state.tape.numbers}.subspan(state.next_number, numbers),
                    self.window_->numbers.begin());
  state.next_op += some.size();
  state.next_number += numbers;
  info.GetReturnValue().Set(static_cast<std::uint32_t>(some.size()));
}

void plain_cloner::give_texts(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& state = *of(info).reading_;
  auto* isolate = info.GetIsolate();
  auto left = std::span{state.tape.texts}.subspan(state.next_text);
  auto some = left.first(std::min(left.size(), string_batch));
  state.next_text += some.size();
  std::array<v8::Local<v8::Value>, string_batch> made;
  for (std::size_t i = 0; i < some.size(); ++i) {
    v8::Local<v8::String> string;
    if (!make_string(isolate, some[i], v8::NewStringType::kNormal).ToLocal(&string))
      return; // a termination, or more than a string can be: not in a tape
    made[i] = string;
  }
  info.GetReturnValue().Set(v8::Array::New(isolate, made.data(), some.size()));
}

void plain_cloner::give_array(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Local<v8::Array> made;
  if (of(info).make_array(info.GetIsolate(), info[0].As<v8::Uint32>()->Value()).ToLocal(&made))
    info.GetReturnValue().Set(made);
}

} // namespace troupe::js
