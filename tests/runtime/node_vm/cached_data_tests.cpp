// cachedData of scripts and functions.

#include "tests/runtime/node_vm/vm_host.hpp"

using namespace troupe;
using namespace troupe::testing;

namespace {

const std::string with_source = "const source = 'function add(a, b) { return a + b } const x = "
                                "add(1, 2); x; // ' + 'x'.repeat(2000); const s = new "
                                "vm.Script(source); const data = s.createCachedData();";

} // namespace

TEST_CASE("cached data is taken in every kind of view", "[node_vm][S3][S4]") {
  vm_host host;
  CHECK(
    host.json(with_source
              + "const shared = new SharedArrayBuffer(data.length); new "
                "Uint8Array(shared).set(data); return [data, new DataView(data.buffer), new "
                "Uint8Array(shared), new Uint16Array(data.buffer.slice(0, data.length & ~1)), "
                "data.subarray(0)].map(d => new vm.Script(source, {cachedData: d})."
                "cachedDataRejected)")
    == "[false,false,false," + host.json(with_source + "return data.length % 2 === 1")
         + ",false]");
}

TEST_CASE("what is no cache of this source is rejected, and the source compiled",
          "[node_vm][S3]") {
  vm_host host;
  CHECK(
    host.json(with_source
              + "const flip = (at) => { const d = data.slice(); d[at] ^= 1; return d }; const "
                "all = [new Uint8Array(0), new Uint8Array(10), flip(0), flip(100), "
                "flip(data.length >> 1), flip(data.length - 1), data.subarray(1), "
                "data.subarray(0, -1), new vm.Script('1 + 1').createCachedData(), new "
                "Float64Array(100)]; const detached = data.slice(); "
                "structuredCloneless(detached); all.push(detached); function "
                "structuredCloneless(d) { d.buffer.transfer() } return all.map(d => { const t = "
                "new vm.Script(source, {cachedData: d}); return [t.cachedDataRejected, "
                "t.runInNewContext()] }).every(([r, x]) => r === true && x === 3)")
    == "true");
  CHECK(
    host.json("const s = new vm.Script('1'); return ['cachedDataRejected' in s, 'cachedData' in "
              "s, 'cachedDataProduced' in s]")
    == "[false,false,false]");
}

TEST_CASE("caches may be made at any time, and hold functions that have run", "[node_vm][S4]") {
  vm_host host;
  CHECK(host.json("const source = 'function big() { ' + 'var a = 1; a += 2; '.repeat(200) + ' "
                  "return a } big()'; const s = new vm.Script(source); const before = "
                  "s.createCachedData(); s.runInThisContext(); const after = "
                  "s.createCachedData(); return [after.length > before.length, new "
                  "vm.Script(source, {cachedData: after}).cachedDataRejected]")
        == "[true,false]");
}

TEST_CASE("produceCachedData puts the cache on the script", "[node_vm][S3]") {
  vm_host host;
  CHECK(host.json("const s = new vm.Script('1', {produceCachedData: true}); return "
                  "[s.cachedDataProduced, s.cachedData instanceof Uint8Array, new vm.Script('1', "
                  "{cachedData: s.cachedData}).cachedDataRejected]")
        == "[true,true,false]");
}

TEST_CASE("functions have caches too", "[node_vm][F1][S3]") {
  vm_host host;
  CHECK(
    host.json("const f = vm.compileFunction('return a + 1', ['a'], {produceCachedData: true}); "
              "const use = (code, names) => vm.compileFunction(code, names, {cachedData: "
              "f.cachedData}).cachedDataRejected; return [f.cachedDataProduced, use('return a + "
              "1', ['a']), use('return a + 1', ['b']), use('return a + 2', ['a']), "
              "'cachedDataRejected' in f]")
    == "[true,false,true,true,false]");
}

TEST_CASE("texts that UTF-8 cannot tell apart have caches of their own", "[node_vm][S3]") {
  vm_host host;
  CHECK(host.json("const a = new vm.Script('\"\\ud800\"'); return [new vm.Script('\"\\ud801\"', "
                  "{cachedData: a.createCachedData()}).cachedDataRejected, new "
                  "vm.Script('\"\\ud800\"', {cachedData: a.createCachedData()})."
                  "cachedDataRejected]")
        == "[true,false]");
}

TEST_CASE("caches are a Buffer where the context has one", "[node_vm][S3][S4]") {
  vm_host host{{.builtins = {builtin::buffer}}};
  CHECK(host.json("const s = new vm.Script('1', {produceCachedData: true}); const f = "
                  "vm.compileFunction('', [], {produceCachedData: true}); const m = new "
                  "vm.SourceTextModule(''); return [s.createCachedData(), s.cachedData, "
                  "f.cachedData, m.createCachedData()].map(b => Buffer.isBuffer(b) && "
                  "b.toString('latin1', 0, 7) === 'TRPCACH')")
        == "[true,true,true,true]");
}
