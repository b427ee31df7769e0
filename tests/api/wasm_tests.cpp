// WebAssembly in contexts, and the tables of V8's that all contexts of a process share.

#include "tests/api/helpers.hpp"

#include <string>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// Functions to write WebAssembly with.
const std::string writer = R"JS(
const number = (n) => { const list = []; do { list.push(n > 127 ? n & 127 | 128 : n); n >>>= 7; } while (n); return list; };
const section = (id, bytes) => [id, ...number(bytes.length), ...bytes];
const header = [0, 97, 115, 109, 1, 0, 0, 0];
// Function types, `count` of them, none of which comes twice.
const types = (from, count) => {
  const kinds = [0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f];
  const list = number(count);
  for (let i = from; i < from + count; ++i) {
    list.push(0x60, 9);
    for (let j = 0, k = i; j < 9; ++j, k = k / 7 | 0) list.push(kinds[k % 7]);
    list.push(0);
  }
  return new Uint8Array([...header, ...[1, ...number(list.length)].concat(list)]);
};
// A module with functions that do nothing; `which` makes it another one.
const functions = (count, which) => {
  const list = number(count);
  const parts = [header, section(1, [1, 0x60, 0, 0]), [3, ...number(list.length + count), ...list],
                 new Uint8Array(count), [10, ...number(list.length + 3 * count), ...list],
                 new Uint8Array(3 * count).map((_, i) => [2, 0, 11][i % 3]), [0, 2, 1, which]];
  const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
};
)JS";

/// Exports `f`, which gives 42.
constexpr auto answer_module =
  "new Uint8Array([0,97,115,109,1,0,0,0, 1,5,1,0x60,0,1,0x7f, 3,2,1,0, 7,5,1,1,102,0,0, "
  "10,6,1,4,0,65,42,11])";

std::string text_of(context& ctx, const std::string& code) {
  return value_of(ctx.run(code)).as<std::string>();
}

} // namespace

// -- as V8 has it -----------------------------------------------------------------------------

TEST_CASE("WebAssembly compiles in all ways that there are", "[api][wasm]") {
  auto ctx = new_context();
  value_of(ctx.run(std::string{"globalThis.bytes = "} + answer_module));
  for (const auto* way :
       {"new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f()",
        "new WebAssembly.Instance(new WebAssembly.Module(bytes.buffer, {})).exports.f()",
        "WebAssembly.compile(bytes).then((m) => new WebAssembly.Instance(m).exports.f())",
        "WebAssembly.compile(bytes, {}).then((m) => new WebAssembly.Instance(m).exports.f())",
        "WebAssembly.instantiate(bytes, {}).then((made) => made.instance.exports.f())",
        "WebAssembly.instantiate(new WebAssembly.Module(bytes)).then((i) => i.exports.f())",
        "var shared = new Uint8Array(new SharedArrayBuffer(bytes.length)); shared.set(bytes); "
        "new WebAssembly.Instance(new WebAssembly.Module(shared)).exports.f()",
        "WebAssembly.validate(bytes) ? 42 : 0"}) {
    CAPTURE(way);
    CHECK(value_of(ctx.run(way)).as<int>() == 42);
  }
}

TEST_CASE("the functions of WebAssembly look as V8 has made them", "[api][wasm]") {
  auto ctx = new_context();
  CHECK(
    text_of(ctx, R"JS(
    JSON.stringify(['compile', 'instantiate', 'validate', 'Tag', 'Module'].map((key) => {
      const { value, ...attributes } = Object.getOwnPropertyDescriptor(WebAssembly, key);
      return [value.name, value.length, String(value), Object.keys(attributes).filter((k) => attributes[k]).join(),
              'prototype' in value && value.prototype.constructor === value];
    })))JS")
    == R"([["compile",1,"function compile() { [native code] }","writable,enumerable,configurable",false],)"
       R"(["instantiate",1,"function instantiate() { [native code] }","writable,enumerable,configurable",false],)"
       R"(["validate",1,"function validate() { [native code] }","writable,enumerable,configurable",false],)"
       R"(["Tag",1,"function Tag() { [native code] }","writable,configurable",true],)"
       R"(["Module",1,"function Module() { [native code] }","writable,configurable",true]])");
}

TEST_CASE("WebAssembly's classes can be derived from", "[api][wasm]") {
  auto ctx = new_context();
  CHECK(text_of(ctx, R"JS(
    class M extends WebAssembly.Module {}
    class T extends WebAssembly.Tag {}
    const m = new M(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
    const t = new T({ parameters: ['i32'] });
    const e = new WebAssembly.Exception(t, [7]);
    String([m instanceof M, m instanceof WebAssembly.Module, WebAssembly.Module.exports(m).length,
            t instanceof T, t instanceof WebAssembly.Tag, WebAssembly.JSTag instanceof WebAssembly.Tag,
            e.is(t), e.getArg(t, 0)]))JS")
        == "true,true,0,true,true,true,true,7");
}

TEST_CASE("what WebAssembly's functions refuse is told as V8 tells it", "[api][wasm]") {
  auto ctx = new_context();
  CHECK(text_of(ctx, R"JS(
    const bad = new Uint8Array([1, 2, 3]);
    const told = (f) => { try { return String(f()); } catch (e) { return e.message; } };
    [() => new WebAssembly.Module(), () => new WebAssembly.Module(bad), () => WebAssembly.Module(bad),
     () => WebAssembly.validate(), () => WebAssembly.validate(bad), () => WebAssembly.Tag({}),
     () => new WebAssembly.Tag(), () => new WebAssembly.Tag({ parameters: ['x'] }),
     () => new WebAssembly.Tag({ parameters: 5 })].map(told).join('\n'))JS")
        == "WebAssembly.Module(): Argument 0 must be a buffer source\n"
           "WebAssembly.Module(): expected 4 bytes, fell off end @+0\n"
           "WebAssembly.Module(): WebAssembly.Module must be invoked with 'new'\n"
           "WebAssembly.validate(): Argument 0 must be a buffer source\n"
           "false\n"
           "WebAssembly.Tag(): WebAssembly.Tag must be invoked with 'new'\n"
           "WebAssembly.Tag(): Argument 0 must be a tag type\n"
           "WebAssembly.Tag(): Argument 0 parameter type at index #0 must be a value type\n"
           "WebAssembly.Tag(): Argument 0 must be a tag type with 'parameters'");
  CHECK(error_of(ctx.run("WebAssembly.compile(bad)")).message
        == "CompileError: WebAssembly.compile(): expected 4 bytes, fell off end @+0");
}

TEST_CASE("V8 compiles the bytes that were looked at", "[api][wasm]") {
  auto ctx = new_context();
  value_of(ctx.run(std::string{"globalThis.bytes = "} + answer_module));
  // V8 asks for options when it has the bytes.
  CHECK(value_of(ctx.run("WebAssembly.validate(bytes, {get builtins() { bytes.fill(0); }})"))
          .as<bool>());
  CHECK(value_of(ctx.run("bytes[0] + bytes[1]")).as<int>() == 0);
}

TEST_CASE("modules that structuredClone made are modules", "[api][wasm]") {
  auto ctx = new_context({.builtins = builtin_set::all()});
  CHECK(
    value_of(ctx.run("const module = new WebAssembly.Module(" + std::string{answer_module}
                     + "); new WebAssembly.Instance(structuredClone([module])[0]).exports.f()"))
      .as<int>()
    == 42);
}

// -- what all contexts share ------------------------------------------------------------------

TEST_CASE("a context that takes all WebAssembly types it may have harms no other",
          "[api][wasm][limits]") {
  auto hostile = new_context();
  auto neighbour = new_context();
  value_of(hostile.run(writer));
  value_of(neighbour.run(writer));
  for (const auto* way :
       {"for (let i = 0; ; ++i) new WebAssembly.Module(types(i * 10000, 10000))",
        "for (let i = 0; ; ++i) WebAssembly.validate(types(i * 10000, 10000))",
        "(async () => { for (let i = 0; ; ++i) await WebAssembly.compile(types(i * 10000, "
        "10000)); })()",
        "(async () => { for (let i = 0; ; ++i) await WebAssembly.instantiate(types(i * 10000, "
        "10000)); })()"}) {
    CAPTURE(way);
    auto refused = error_of(hostile.run(way));
    CHECK(refused.code == errc::uncaught_exception);
    CHECK(refused.message == "RangeError: This process has no room for more WebAssembly types");
  }
  // Those that it has, and others' new ones.
  CHECK(value_of(hostile.run("WebAssembly.validate(types(0, 10000))")).as<bool>());
  CHECK(value_of(neighbour.run("WebAssembly.Module.exports(new WebAssembly.Module("
                               "types(500000, 10))).length"))
          .as<int>()
        == 0);
  check_usable(hostile);
  check_usable(neighbour);
}

TEST_CASE("contexts that scripts make are no way around", "[api][wasm][limits]") {
  auto ctx = new_context({.builtins = builtin_set::all()});
  value_of(ctx.run(writer + "globalThis.types = types; 0"));
  auto refused = error_of(ctx.run(
    "const vm = require('node:vm'); for (let i = 0; ; ++i) "
    "vm.runInNewContext('new WebAssembly.Module(bytes)', {bytes: types(i * 10000, 10000)})"));
  CHECK(refused.message == "RangeError: This process has no room for more WebAssembly types");
  check_usable(ctx);
}

TEST_CASE("tags have types too", "[api][wasm][limits]") {
  auto ctx = new_context();
  auto refused = error_of(
    ctx.run("const kinds = ['i32', 'i64', 'f32', 'f64', 'anyfunc', 'externref']; "
            "for (let i = 0; ; ++i) { const parameters = []; "
            "for (let j = 0, k = i; j < 9; ++j, k = k / 6 | 0) parameters.push(kinds[k % 6]); "
            "new WebAssembly.Tag({parameters}); }"));
  CHECK(refused.message == "RangeError: This process has no room for more WebAssembly types");
  CHECK(value_of(ctx.run("for (let i = 0; i < 1e5; ++i) new WebAssembly.Tag({parameters: ['i32', "
                         "'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']}); 1"))
          .as<int>()
        == 1);
}

TEST_CASE("the bytes of WebAssembly modules count as those of buffers",
          "[api][wasm][limits][A9]") {
  auto ctx = new_context({.array_buffer_limit_mib = 16});
  const std::string make = "const large = (i) => new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 0, "
                           "128, 128, 192, 1, 1, i, ...new Array((3 << 20) - 2).fill(0)]); ";
  auto refused = error_of(ctx.run(make
                                  + "globalThis.kept = []; for (let i = 0; ; ++i) kept.push(new "
                                    "WebAssembly.Module(large(i)))"));
  CHECK(refused.message == "RangeError: This context has no memory for more WebAssembly modules");
  CHECK(value_of(ctx.run("kept.length")).as<int>() < 5);
  CHECK(value_of(ctx.run("kept = []; for (let i = 0; i < 20; ++i) new "
                         "WebAssembly.Module(large(i)); 1"))
          .as<int>()
        == 1);
}

TEST_CASE("WebAssembly functions are bounded by what is alive", "[api][wasm][limits]") {
  auto ctx = new_context({.array_buffer_limit_mib = 1024});
  value_of(ctx.run(writer));
  auto refused = error_of(
    ctx.run("globalThis.kept = []; for (let i = 0; i < 9; ++i) kept.push(new WebAssembly.Module("
            "functions(500000, i)))"));
  CHECK(refused.message == "RangeError: This process has no room for more WebAssembly functions");
  CHECK(value_of(ctx.run("kept.length")).as<int>() == 4);
  // Garbage makes room, of each way.
  CHECK(value_of(ctx.run("kept = []; for (let i = 0; i < 9; ++i) new WebAssembly.Module("
                         "functions(500000, i)); 1"))
          .as<int>()
        == 1);
  CHECK(value_of(ctx.run("(async () => { for (let i = 0; i < 9; ++i) await WebAssembly["
                         "i % 2 ? 'compile' : 'instantiate'](functions(500000, i)); "
                         "return 1; })()"))
          .as<int>()
        == 1);
}

TEST_CASE("functions that a failed instantiation has left in a table count",
          "[api][wasm][limits]") {
  auto ctx = new_context({.array_buffer_limit_mib = 1024});
  // A table is imported, functions are put into it, then `start` fails.
  const std::string trap = R"JS(
    const trap = (count, which) => {
      const list = number(count);
      const parts = [header, section(1, [1, 0x60, 0, 0]), section(2, [1, 1, 109, 1, 116, 1, 0x70, 0, 1]),
                     [3, ...number(list.length + count), ...list], new Uint8Array(count),
                     section(8, [0]), section(9, [1, 0, 0x41, 0, 0x0b, 1, 0]),
                     [10, ...number(list.length + 3 * count), ...list],
                     new Uint8Array(3 * count).map((_, i) => [2, 0, 11][i % 3]), [0, 2, 1, which]];
      const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
      parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
      bytes[bytes.length - 4 - 3 * count + 1] = 0; // the first function:
      bytes.set([2, 0, 0x0b], bytes.length - 4 - 3 * count);
      return bytes;
    };
  )JS";
  value_of(ctx.run(writer + trap));
  auto refused = error_of(ctx.run(R"JS((async () => {
    globalThis.kept = [];
    for (let i = 0; i < 12; ++i) {
      const t = new WebAssembly.Table({ element: 'anyfunc', initial: 1 });
      const { instance } = await WebAssembly.instantiate(trap(300000, i), { m: { t } });
      kept.push(t);
    }
  })())JS"));
  CHECK(refused.message == "RangeError: This process has no room for more WebAssembly functions");
  CHECK(value_of(ctx.run("kept.length")).as<int>() == 6);
}

TEST_CASE("modules with options share no functions", "[api][wasm][limits]") {
  auto ctx = new_context({.array_buffer_limit_mib = 1024});
  value_of(ctx.run(writer));
  auto refused = error_of(ctx.run(
    "globalThis.kept = []; const bytes = functions(500000, 1); for (let i = 0; i < 9; ++i) "
    "kept.push(new WebAssembly.Module(bytes, {importedStringConstants: 's' + i}))"));
  CHECK(refused.message == "RangeError: This process has no room for more WebAssembly functions");
  CHECK(value_of(ctx.run("kept.length")).as<int>() == 4);
}

TEST_CASE("modules with the same bytes share their functions", "[api][wasm][limits]") {
  auto ctx = new_context({.array_buffer_limit_mib = 1024});
  value_of(ctx.run(writer));
  CHECK(value_of(
          ctx.run("globalThis.kept = []; const bytes = functions(300000, 2); for (let i = 0; i "
                  "< 20; ++i) kept.push(new WebAssembly.Module(bytes)); kept.length"))
          .as<int>()
        == 20);
}

TEST_CASE("names of types that are none take nothing", "[api][wasm][limits]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("let n = 0; for (let i = 0; i < 1e5; ++i) try { new "
                         "WebAssembly.Tag({parameters: ['no' + i]}) } catch { ++n } n"))
          .as<int>()
        == 100'000);
  CHECK(
    value_of(ctx.run("try { new WebAssembly.Tag({parameters: new Array(1000).fill('a'.repeat(2 "
                     "** 28))}) } catch (e) { e.message }"))
      .as<std::string>()
    == "WebAssembly.Tag(): Argument 0 parameter type at index #0 must be a value type");
  CHECK(value_of(ctx.run("new WebAssembly.Tag({parameters: ['i32', 'exnref']}) instanceof "
                         "WebAssembly.Tag"))
          .as<bool>());
}

TEST_CASE("type sections of millions of groups are refused at once", "[api][wasm][limits]") {
  auto ctx = new_context();
  auto refused = error_of(
    ctx.run("const bytes = new Uint8Array(40000018); bytes.set([0, 97, 115, 109, 1, 0, 0, 0, 1, "
            "132, 180, 137, 19, 128, 218, 196, 9]); for (let i = 17; i < bytes.length; i += 2) "
            "bytes[i] = 0x4e; WebAssembly.validate(bytes)",
            {.timeout = 60s}));
  CHECK(refused.message == "RangeError: This process has no room for more WebAssembly types");
}

TEST_CASE("an instantiation tells its failures as V8 does", "[api][wasm]") {
  auto ctx = new_context();
  value_of(ctx.run(std::string{"globalThis.bytes = "} + answer_module));
  CHECK(text_of(ctx, R"JS((async () => {
    const told = async (...all) => { try { return Object.keys(await WebAssembly.instantiate(...all)).join(); } catch (e) { return String(e); } };
    const importing = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 109, 1, 102, 0, 0]);
    const list = [await told(bytes), await told(bytes, {}), await told(bytes, 5), await told(new Uint8Array([1, 2, 3])),
                  await told(new Uint8Array(0)), await told(importing), await told(importing, {}), await told(importing, { m: { f: 5 } }),
                  await told(importing, { get m() { throw new Error('mine'); } }), await told(importing, { m: { f() {} } }),
                  await told(5), await told()];
    return list.join('\n');
  })())JS")
        == "module,instance\nmodule,instance\n"
           "TypeError: WebAssembly.instantiate(): Argument 1 must be an object\n"
           "CompileError: WebAssembly.instantiate(): expected 4 bytes, fell off end @+0\n"
           "CompileError: WebAssembly.instantiate(): BufferSource argument is empty\n"
           "TypeError: WebAssembly.instantiate(): Imports argument must be present and must be "
           "an object\n"
           "TypeError: WebAssembly.instantiate(): Import #0 \"m\": module is not an object or "
           "function\n"
           "LinkError: WebAssembly.instantiate(): Import #0 \"m\" \"f\": function import "
           "requires a callable\n"
           "Error: mine\nmodule,instance\n"
           "TypeError: WebAssembly.instantiate(): Argument 0 must be a buffer source or a "
           "WebAssembly.Module object\n"
           "TypeError: WebAssembly.instantiate(): Argument 0 must be a buffer source or a "
           "WebAssembly.Module object");
}
