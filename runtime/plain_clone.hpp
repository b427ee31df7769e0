#pragma once

#include "runtime/value_tape.hpp"

#include <v8-container.h>
#include <v8-context.h>
#include <v8-function-callback.h>
#include <v8-function.h>
#include <v8-persistent-handle.h>
#include <v8-typed-array.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::js {

/// Copies plain data (`value_tape`) out of a realm and into it by two functions
/// written in JavaScript, which V8 compiles for the data at hand: several times
/// faster than asking for each property through V8's interface.
///
/// What comes out is walked in a realm of its own, and nothing that a script can
/// reach is looked up: properties are read as structured clone reads them, and that is
/// all. Whatever is not plain makes the walk break off, before it has been touched; the
/// caller goes on from there.
///
/// Threads:  the isolate's.
/// Lifetime: ends before the isolate is disposed of.
class plain_cloner {
public:
  plain_cloner();
  ~plain_cloner();

  plain_cloner(const plain_cloner&) = delete;
  plain_cloner& operator=(const plain_cloner&) = delete;

  /// From now on this realm is served. To be called before any script runs in it.
  void install(v8::Isolate* isolate, v8::Local<v8::Context> context);

  /// Lets go of the realm. To be called before the isolate is disposed of.
  void uninstall();

  // -- out ----------------------------------------------------------------------

  /// Where a walk has broken off.
  struct interruption {
    struct frame {
      v8::Local<v8::Object> object;
      v8::Local<v8::Array> keys; ///< Empty: an array.
      std::uint32_t next = 0;    ///< Key or index to go on with.
    };
    std::vector<frame> frames;                ///< Outermost first.
    v8::Local<v8::Value> pending;             ///< Already read, for the place before `next`;
                                              ///< empty: nothing.
    std::vector<v8::Local<v8::Object>> met{}; ///< All containers, in order.
  };

  enum class outcome : std::uint8_t {
    declined,    ///< Nothing has happened.
    whole,       ///< The tape is complete.
    interrupted, ///< It breaks off.
    refused,     ///< More text than allowed.
    threw,       ///< An exception is pending, or V8 is terminating.
  };

  /// Copies text out of the script: gives its copy, or false to refuse.
  class text_sink {
  public:
    virtual bool take(v8::Local<v8::String> from, detail::value_text& to) = 0;

  protected:
    ~text_sink() = default;
  };

  [[nodiscard]] outcome write(v8::Isolate* isolate, v8::Local<v8::Context> context,
                              v8::Local<v8::Value> from, detail::value_graph& graph,
                              detail::value_tape& tape, text_sink& texts, interruption& where);

  /// Tells how much was cloned without this: it compiles its functions only when
  /// that begins to matter.
  void missed(std::size_t objects) noexcept {
    missed_ += objects;
  }

  // -- in -----------------------------------------------------------------------

  /// Empty without a pending exception when this is not for such a tape or realm.
  [[nodiscard]] v8::MaybeLocal<v8::Value> read(v8::Isolate* isolate,
                                               v8::Local<v8::Context> context,
                                               const detail::value_tape& tape);

private:
  struct writing;
  struct reading;

  static constexpr std::size_t chunk = 1024;     // ops and numbers handed over at once
  static constexpr std::size_t shapes_max = 64;  // in one tape
  static constexpr std::size_t keys_max = 64;    // of a shape
  static constexpr std::size_t batch = 16;       // texts handed over at once
  static constexpr std::size_t missed_min = 200; // objects

  [[nodiscard]] bool ready(v8::Isolate* isolate, v8::Local<v8::Context> context);
  [[nodiscard]] bool compile(v8::Isolate* isolate, v8::Local<v8::Context> context);
  [[nodiscard]] int kind_of_array(v8::Local<v8::Object> from);
  [[nodiscard]] v8::MaybeLocal<v8::Array> make_array(v8::Isolate* isolate, std::size_t length);
  [[nodiscard]] bool prepare_shapes(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                    const detail::value_tape& tape);

  [[nodiscard]] v8::MaybeLocal<v8::Function> general_maker(
    v8::Isolate* isolate, v8::Local<v8::Context> context,
    std::span<const detail::value_text> keys);
  [[nodiscard]] v8::MaybeLocal<v8::Function> special_maker(
    v8::Isolate* isolate, v8::Local<v8::Context> context,
    std::span<const detail::value_text> keys);

  static plain_cloner& of(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void enter(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void spill(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void take_texts(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void define_shape(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void more_objects(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void refill(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void give_texts(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void give_array(const v8::FunctionCallbackInfo<v8::Value>& info);

  /// What the functions see as typed arrays. Never given to any script.
  struct window {
    std::array<std::int32_t, chunk> ops{};
    std::array<double, chunk> numbers{};
    std::array<std::int8_t, shapes_max * keys_max + 1> guesses{};
  };

  std::unique_ptr<window> window_; // with the functions
  std::size_t missed_ = 0;
  // Of the walk before.
  std::size_t last_met_ = 0;
  std::size_t last_ops_ = 0;
  std::size_t last_numbers_ = 0;
  std::size_t last_texts_ = 0;
  std::uint32_t backoff_ = 0; // walks to leave out after one that broke off
  std::uint32_t skip_ = 0;
  bool busy_ = false;
  bool broken_ = false;
  writing* writing_ = nullptr;
  reading* reading_ = nullptr;

  // Of the realm that is served.
  v8::Global<v8::Context> context_;
  v8::Global<v8::Function> walk_; // empty: not compiled yet
  v8::Global<v8::Function> build_;
  std::array<v8::Global<v8::Array>, 6> array_samples_;
  v8::Global<v8::Array> makers_; // of the tape that is being read
  v8::Global<v8::Function> maker_for_;

  struct known_shape {
    v8::Global<v8::Function> maker;
    std::size_t objects = 0; // made of it, about
    bool special = false;    // tried at least
  };
  std::unordered_map<std::string, known_shape> known_shapes_;
};

} // namespace troupe::js
