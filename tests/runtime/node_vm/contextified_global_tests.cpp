// The global object behind vm.createContext(object): both ways, every kind of access.

#include "tests/runtime/node_vm/vm_host.hpp"

using namespace troupe;
using namespace troupe::testing;

namespace {

/// Of a body that has `run(code, object)` and `make(object)`.
std::string told(vm_host& host, const std::string& body) {
  return host.json("const make = (o) => vm.createContext(o); const run = (code, o) => "
                   "vm.runInContext(code, o);"
                   + body);
}

struct expected {
  const char* what;
  const char* body;
  const char* result;
};

void check_all(std::initializer_list<expected> all) {
  vm_host host;
  for (const auto& [what, body, result] : all) {
    INFO(what);
    CHECK(told(host, body) == result);
  }
}

} // namespace

TEST_CASE("var and functions reach the object, lexical declarations do not", "[node_vm][C1]") {
  check_all({
    {"a script's declarations",
     "const o = make({}); run('var a = 1; function f() {} let l = 2; const c = 3; class K {}', "
     "o);"
     "return [Object.keys(o), o.a, typeof o.f, run('l + c', o), run('typeof globalThis.K', o)]",
     R"([["f","a"],1,"function",5,"undefined"])"},
    {"their attributes",
     "const o = make({}); run('var a = 1; b = 2', o);"
     "return [Object.getOwnPropertyDescriptor(o, 'a'), Object.getOwnPropertyDescriptor(o, 'b')]",
     R"([{"value":1,"writable":true,"enumerable":true,"configurable":true},)"
     R"({"value":2,"writable":true,"enumerable":true,"configurable":true}])"},
    {"a var without a value leaves what is there",
     "const o = make({a: 1}); run('var a', o); "
     "return o.a",
     "1"},
    {"a function declared again",
     "const o = make({}); run('function f() { return 1 }', o); "
     "run('function f() { return 2 }', o); return [o.f(), "
     "run('f()', o)]",
     "[2,2]"},
    {"a function in place of a value",
     "const o = make({f: 1}); run('function f() {}', o); "
     "return typeof o.f",
     R"("function")"},
    {"a function in strict mode",
     "const o = make({}); run('\"use strict\"; function f() {}', o);"
     "return typeof o.f",
     R"("function")"},
    {"a function over a property that stays",
     "const o = {}; Object.defineProperty(o, 'f', {value: 1}); make(o); run('function f() {}', "
     "o)",
     "SyntaxError: Identifier 'f' has already been declared"},
    {"let over var", "const o = make({}); run('var a = 1', o); run('let a = 2', o)",
     "SyntaxError: Identifier 'a' has already been declared"},
    {"let beside a property of the object",
     "const o = make({a: 1}); run('let a = 2', o); return "
     "[o.a, run('a', o), run('globalThis.a', o)]",
     "[1,2,1]"},
    {"evaluated code", "const o = make({x: 4}); run('(0, eval)(\"var y = x + 1\")', o); return o",
     R"({"x":4,"y":5})"},
    {"a name that a function leaks",
     "const o = make({}); run('(function() { var i = 1; l = 2 "
     "})()', o); return o",
     R"({"l":2})"},
  });
}

TEST_CASE("changes on either side show on the other", "[node_vm][C1][C8]") {
  check_all({
    {"from outside",
     "const o = make({}); o.a = 1; const before = run('a', o); o.a = 2; delete "
     "o.b; return [before, run('a', o)]",
     "[1,2]"},
    {"deleted outside",
     "const o = make({a: 1}); run('b = 2', o); delete o.a; delete o.b; return "
     "run('[typeof a, typeof b, \"b\" in globalThis]', o)",
     R"(["undefined","undefined",false])"},
    {"deleted inside",
     "const o = make({a: 1}); return [run('delete globalThis.a', o), 'a' in o, "
     "run('typeof a', o)]",
     R"([true,false,"undefined"])"},
    {"through globalThis seen from outside",
     "const o = make({a: 1}); const g = run('globalThis', o); g.b = 2; return [g.a, o.b, g === "
     "o, "
     "Object.keys(g), delete g.b, 'b' in o]",
     R"([1,2,false,["a","b"],true,false])"},
    {"a built-in hidden by the object, and back",
     "const o = make({}); o.Math = 3; const hidden = "
     "run('Math', o); delete o.Math; return "
     "[hidden, run('typeof Math', o)]",
     R"([3,"object"])"},
    {"a built-in assigned inside",
     "const o = make({}); run('Math = 2', o); return [o.Math, "
     "run('Math', o)]",
     "[2,2]"},
    {"a built-in deleted inside",
     "const o = make({}); return [run('delete globalThis.Math', o), "
     "run('typeof Math', o)]",
     R"([true,"undefined"])"},
    {"compound assignments",
     "const o = make({i: 1, n: null}); run('i++; i += 5; n = n ?? 3', o); "
     "return o",
     R"({"i":7,"n":3})"},
    {"destructuring",
     "const o = make({}); run('[p, q] = [1, 2]; ({ w } = { w: 3 })', o); return o",
     R"({"p":1,"q":2,"w":3})"},
    {"Object.assign", "const o = make({}); run('Object.assign(globalThis, {a: 1})', o); return o",
     R"({"a":1})"},
    {"undefined is a value",
     "const o = make({u: undefined}); return run('[typeof u, \"u\" in "
     "globalThis]', o)",
     R"(["undefined",true])"},
    {"functions are the same",
     "const f = () => {}; const o = make({f}); return [run('f', o) === "
     "f, run('(g) => g', o)(f) === f]",
     "[true,true]"},
  });
}

TEST_CASE("accessors are never flattened, and run once", "[node_vm][C8]") {
  check_all({
    {"read and written",
     "const log = []; const o = make({get a() { log.push('get'); return 1 }, set a(v) { "
     "log.push('set ' + v) }}); run('a = 5; a', o); return [log, typeof "
     "Object.getOwnPropertyDescriptor(o, 'a').set]",
     R"([["set 5","get"],"function"])"},
    {"in strict mode",
     "const log = []; const o = make({set a(v) { log.push(v) }}); run('\"use "
     "strict\"; a = 5', o); return log",
     "[5]"},
    {"of a prototype",
     "const log = []; const o = make(Object.create({get a() { return 7 }, set "
     "a(v) { log.push(v) }})); return [run('a = 5; a', o), log, "
     "Object.keys(o)]",
     "[7,[5],[]]"},
    {"with the object as this",
     "let t; const o = {get a() { t = this }, set a(v) { t = this }}; "
     "make(o); run('a', o); const got = t === o; run('a = 1', o); "
     "return [got, t === o]",
     "[true,true]"},
    {"a setter that throws", "run('a = 1', make({set a(v) { throw new RangeError('no') }}))",
     "RangeError: no"},
    {"a getter that throws", "run('a', make({get a() { throw new RangeError('no') }}))",
     "RangeError: no"},
    {"asked for and described, not run",
     "let n = 0; const o = make({get a() { n++ }}); run('\"a\" "
     "in globalThis; Object.hasOwn(globalThis, \"a\"); "
     "Object.getOwnPropertyDescriptor(globalThis, \"a\")', "
     "o); return n",
     "0"},
    {"var over an accessor",
     "const log = []; const o = make({set a(v) { log.push(v) }}); run('var "
     "a = 2', o); return [log, typeof Object.getOwnPropertyDescriptor(o, "
     "'a').set]",
     R"([[2],"function"])"},
    {"defined inside",
     "const o = make({}); run('Object.defineProperty(globalThis, \"d\", { get() "
     "{ return 3 }, configurable: true })', o); return [o.d, run('d', o), "
     "typeof Object.getOwnPropertyDescriptor(o, 'd').get]",
     R"([3,3,"function"])"},
    {"half of one redefined",
     "const o = make({}); run('Object.defineProperty(globalThis, \"a\", "
     "{get() { return 1 }, set(v) {}, configurable: true}); "
     "Object.defineProperty(globalThis, \"a\", {get() { return 2 }})', "
     "o); return [o.a, typeof Object.getOwnPropertyDescriptor(o, "
     "'a').set]",
     R"([2,"function"])"},
  });
}

TEST_CASE("properties of the object's prototypes are read, not owned", "[node_vm][C8]") {
  check_all({
    {"reading",
     "const o = make(Object.create({p: 7})); return run('[p, "
     "globalThis.hasOwnProperty(\"p\"), Object.keys(globalThis), typeof "
     "Object.getOwnPropertyDescriptor(globalThis, \"p\")]', o)",
     R"([7,false,[],"undefined"])"},
    {"assigning makes it the object's own",
     "const p = {p: 7}; const o = make(Object.create(p)); "
     "run('p = 8', o); return [p.p, o]",
     R"([7,{"p":8}])"},
    {"a class with private state",
     "class A { #p = 1; m() { return 'm' } get p() { return this.#p "
     "} } return run('[m(), p]', make(new A()))",
     R"(["m",1])"},
    {"a read-only one stays",
     "const o = make(Object.create(Object.freeze({p: 7}))); run('p = 8', "
     "o); return [o.p, Object.keys(o)]",
     "[7,[]]"},
  });
}

TEST_CASE("strict mode tells what an assignment cannot do", "[node_vm][C8]") {
  check_all({
    {"an unknown name", "run('\"use strict\"; zz = 1', make({}))",
     "ReferenceError: zz is not defined"},
    {"nothing is left behind",
     "const o = make({}); try { run('\"use strict\"; zz = 1', o) } catch "
     "{} return ['zz' in o, run('typeof zz', o)]",
     R"([false,"undefined"])"},
    {"a function under an unknown name",
     "const o = make({}); try { run('\"use strict\"; zz = "
     "function() {}', o) } catch (e) { return [e.name, 'zz' "
     "in o, run('typeof zz', o)] }",
     R"(["ReferenceError",false,"undefined"])"},
    {"a function under an unknown name, asked for before",
     "const o = make({}); try { run('\"use strict\"; \"zz\" in globalThis; zz = function() {}', "
     "o) "
     "} catch (e) { return [e.name, 'zz' in o] }",
     R"(["ReferenceError",false])"},
    {"a known name",
     "const o = make({zz: undefined}); run('\"use strict\"; zz = 1', o); return "
     "o.zz",
     "1"},
    {"a declared name",
     "const o = make({}); run('var a', o); run('\"use strict\"; a = 2', o); "
     "return o.a",
     "2"},
    {"a property of globalThis",
     "const o = make({}); run('\"use strict\"; globalThis.x = 1; "
     "this.y = 2', o); return o",
     R"({"x":1,"y":2})"},
    {"a read-only property",
     "const o = {}; Object.defineProperty(o, 'r', {value: 1}); make(o); "
     "run('\"use strict\"; r = 2', o)",
     "TypeError: Cannot assign to read only property 'r' of object '#<Object>'"},
    {"an accessor that only reads", "run('\"use strict\"; r = 2', make({get r() { return 1 }}))",
     "TypeError: Cannot set property r of #<Object> which has only a getter"},
    {"undefined", "run('\"use strict\"; undefined = 2', make({}))",
     "TypeError: Cannot assign to read only property 'undefined' of object '#<Object>'"},
    {"deleting what stays",
     "const o = {}; Object.defineProperty(o, 'a', {value: 1}); make(o); "
     "run('\"use strict\"; delete globalThis.a', o)",
     "TypeError: Cannot delete property 'a' of #<Object>"},
    {"sloppy mode does not tell",
     "const o = {get g() { return 1 }}; Object.defineProperty(o, 'r', "
     "{value: 1}); make(o); run('r = 2; g = 2; undefined = 2', o); "
     "return [o.r, o.g, run('typeof undefined', o)]",
     R"([1,1,"undefined"])"},
  });
}

TEST_CASE("properties are defined and described as on the object", "[node_vm][C8]") {
  check_all({
    {"a value",
     "const o = make({}); run('Object.defineProperty(globalThis, \"d\", { value: 1 "
     "})', o); return [Object.getOwnPropertyDescriptor(o, 'd'), "
     "run('Object.getOwnPropertyDescriptor(globalThis, \"d\")', o)]",
     R"([{"value":1,"writable":false,"enumerable":false,"configurable":false},)"
     R"({"value":1,"writable":false,"enumerable":false,"configurable":false}])"},
    {"attributes alone",
     "const o = make({a: 5}); run('Object.defineProperty(globalThis, \"a\", "
     "{enumerable: false})', o); return [o.a, Object.keys(o)]",
     "[5,[]]"},
    {"one that stays as it is",
     "const o = {}; Object.defineProperty(o, 'a', {value: 1}); make(o); "
     "run('Object.defineProperty(globalThis, \"a\", {value: 2})', o)",
     "TypeError: Cannot redefine property: a"},
    {"without an exception",
     "const o = {}; Object.defineProperty(o, 'a', {value: 1}); make(o); "
     "return [run('Reflect.defineProperty(globalThis, \"a\", {value: "
     "2})', o), o.a]",
     "[false,1]"},
    {"several at once",
     "const o = make({}); run('Object.defineProperties(globalThis, {a: {value: "
     "1, enumerable: true}, b: {get() { return 2 }}})', o); return [o, "
     "Object.getOwnPropertyNames(o)]",
     R"([{"a":1},["a","b"]])"},
    {"deleting what stays",
     "const o = {}; Object.defineProperty(o, 'a', {value: 1}); make(o); "
     "return [run('delete globalThis.a', o), o.a]",
     "[false,1]"},
    {"deleting what is not there", "return run('delete globalThis.nope', make({}))", "true"},
    {"built-ins have their own",
     "return run('Object.getOwnPropertyDescriptor(globalThis, "
     "\"NaN\").writable', make({}))",
     "false"},
  });
}

TEST_CASE("keys come in the object's order, each once", "[node_vm][C8]") {
  check_all({
    {"inside and outside",
     "const o = make({z: 1, a: 2, 5: 'x', 1: 'y'}); run('m = 1; "
     "globalThis[3] = 1', o); return [run('Object.keys(globalThis)', o), "
     "Object.keys(o)]",
     R"([["1","3","5","z","a","m"],["1","3","5","z","a","m"]])"},
    {"hidden ones among all names",
     "const o = make(Object.create({inh: 1}, {own: {value: 1, "
     "enumerable: true}, hid: {value: 2}})); return "
     "run('[Object.keys(globalThis), "
     "Object.getOwnPropertyNames(globalThis).filter(k => "
     "/^(inh|own|hid)$/.test(k))]', o)",
     R"([["own"],["own","hid"]])"},
    {"built-ins among all names",
     "return run('var n = Object.getOwnPropertyNames(globalThis); "
     "[n.includes(\"Math\"), n.filter(k => k === \"z\").length]', "
     "make({z: 1}))",
     "[true,1]"},
    {"values, entries, spread",
     "return run('[Object.values(globalThis), "
     "Object.entries(globalThis), {...globalThis}]', make({i: 1, j: "
     "2}))",
     R"([[1,2],[["i",1],["j",2]],{"i":1,"j":2}])"},
    {"a loop over them",
     "return run('const r = []; for (const k in globalThis) r.push(k); r', "
     "make({a: 1, b: 2}))",
     R"(["a","b"])"},
  });
}

TEST_CASE("symbols and indices are names like others", "[node_vm][C8]") {
  check_all({
    {"a symbol of the object",
     "const y = Symbol('y'); const o = make({[y]: 1, y}); return "
     "run('[globalThis[y], y in globalThis, delete globalThis[y], y in "
     "globalThis]', o)",
     "[1,true,true,false]"},
    {"a symbol from inside",
     "const o = make({}); const q = run('var q = Symbol(\"q\"); "
     "globalThis[q] = 2; q', o); return [o[q], "
     "run('Object.getOwnPropertySymbols(globalThis).map(String)', o)]",
     R"x([2,["Symbol(q)"]])x"},
    {"a symbol that cannot be assigned",
     "const y = Symbol('y'); const o = {y}; Object.defineProperty(o, y, {value: 1}); make(o); "
     "run('\"use strict\"; globalThis[y] = 2', o)",
     "TypeError: Cannot assign to read only property 'Symbol(y)' of object '#<Object>'"},
    {"indices",
     "const o = make({0: 'a', 1: 'b'}); const r = run('globalThis[0] = \"c\"; "
     "globalThis[7] = \"d\"; [globalThis[1], 0 in globalThis, 9 in globalThis, delete "
     "globalThis[1]]', o); return [r, o]",
     R"([["b",true,false,true],{"0":"c","7":"d"}])"},
    {"an index in strict mode",
     "const o = make({}); run('\"use strict\"; globalThis[4] = 1; "
     "this[5] = 2', o); return o",
     R"({"4":1,"5":2})"},
    {"an accessor at an index",
     "const o = make({}); run('Object.defineProperty(globalThis, 4, "
     "{get() { return 1 }, enumerable: true})', o); return [o[4], "
     "run('globalThis[4]', o), run('Object.keys(globalThis)', o)]",
     R"([1,1,["4"]])"},
    {"an index that stays",
     "const o = {}; Object.defineProperty(o, 3, {value: 1}); make(o); "
     "run('\"use strict\"; globalThis[3] = 2', o)",
     "TypeError: Cannot assign to read only property '3' of object '#<Object>'"},
  });
}

TEST_CASE("any object can be the global's face", "[node_vm][C8]") {
  check_all({
    {"an array",
     "const o = make([1, 2]); const r = run('globalThis[0] + globalThis[1] + length', "
     "o); run('globalThis[5] = 1', o); return [r, o.length, "
     "run('Object.keys(globalThis)', o)]",
     R"([5,6,["0","1","5"]])"},
    {"a frozen object stays, the script goes on",
     "const o = make(Object.freeze({a: 1})); return [run('a = 2; b = 3; var c = 4; function "
     "f() { "
     "return 5 } [a, b, c, f()]', o), o]",
     R"([[1,3,4,5],{"a":1}])"},
    {"an object that takes no more",
     "const o = make(Object.preventExtensions({a: 1})); run('a = "
     "2; b = 3', o); return [o, run('b', o)]",
     R"([{"a":2},3])"},
    {"a sealed object",
     "const o = make(Object.seal({a: 1})); return [run('delete globalThis.a', "
     "o), o]",
     R"([false,{"a":1}])"},
    {"without a prototype",
     "return run('[typeof toString, typeof nope]', "
     "make(Object.create(null)))",
     R"(["function","undefined"])"},
    {"typed arrays",
     "const o = make(new Uint8Array([5, 6])); return [run('globalThis[0]', o), "
     "run('globalThis[1] = 9', o), o[1]]",
     "[5,9,9]"},
    {"globalThis itself",
     "globalThis.gg = 1; const o = make(globalThis); return [o === "
     "globalThis, run('gg += 1; globalThis === vm', o), gg, "
     "vm.isContext(globalThis)]",
     "[true,false,2,true]"},
    {"the global of another context",
     "const a = make({x: 1}); const g = run('globalThis', a); "
     "const b = make(g); run('y = 2', b); return [b === g, "
     "run('x', b), a.y]",
     "[true,1,2]"},
    {"an object that contains itself",
     "const o = {}; o.self = o; o.in = {o}; make(o); return "
     "run('[self === globalThis, "
     "Object.getOwnPropertyDescriptor(globalThis, "
     "\"self\").value === globalThis, Object.values("
     "globalThis)[0] === globalThis]', o)",
     "[true,true,true]"},
    {"a getter that gives the object",
     "const o = {get me() { return o }}; make(o); return "
     "run('me === globalThis', o)",
     "true"},
  });
}

TEST_CASE("a proxy decides as the global's face", "[node_vm][C8]") {
  check_all({
    {"built-ins behind an empty one",
     "return run('[typeof Math, typeof nope, \"Math\" in "
     "globalThis, \"nope\" in globalThis]', make(new Proxy({}, "
     "{})))",
     R"(["object","undefined",true,false])"},
    {"a get trap alone",
     "return run('anything', make(new Proxy({}, {get: (t, k) => typeof k === "
     "'string' ? 'v:' + k : undefined})))",
     R"("v:anything")"},
    {"each trap once",
     "const log = []; const o = make(new Proxy({a: 1}, {get(t, k, r) { "
     "log.push('get ' + String(k)); return Reflect.get(t, k, r) }, set(t, k, v, "
     "r) { log.push('set ' + k); return Reflect.set(t, k, v, r) }, "
     "deleteProperty(t, k) { log.push('delete ' + k); return delete t[k] }})); "
     "log.length = 0; run('a; b = 2', o); const made = log.splice(0); "
     "run('delete this.a', o); return [made, log]",
     R"([["get a","set b"],["delete a"]])"},
    {"a trap that throws",
     "run('x', make(new Proxy({}, {get() { throw new TypeError('trap') }})))", "TypeError: trap"},
    {"a set trap that throws",
     "run('x = 1', make(new Proxy({}, {set() { throw new "
     "TypeError('trap') }})))",
     "TypeError: trap"},
    {"a set trap that refuses in strict mode",
     "run('\"use strict\"; x = 1', make(new Proxy({x: 0}, {set() { return false }})))",
     "TypeError: 'set' on proxy: trap returned falsish for property 'x'"},
    {"an ownKeys trap that throws",
     "run('Object.keys(globalThis)', make(new Proxy({}, {ownKeys() "
     "{ throw new TypeError('keys') }})))",
     "TypeError: keys"},
    {"keys", "return run('Object.keys(globalThis)', make(new Proxy({b: 1, a: 2, 3: 1}, {})))",
     R"(["3","b","a"])"},
    {"revoked",
     "const {proxy, revoke} = Proxy.revocable({}, {}); make(proxy); revoke(); run('x', "
     "proxy)",
     "TypeError: Cannot perform 'get' on a proxy that has been revoked"},
    {"revoked before",
     "const {proxy, revoke} = Proxy.revocable({}, {}); revoke(); return "
     "vm.isContext(make(proxy))",
     "true"},
    {"a getter that runs itself",
     "const o = {get a() { return run('a', o) }}; make(o); try { "
     "run('a', o) } catch (e) { return e.name }",
     R"("RangeError")"},
  });
}

TEST_CASE("a contextified global cannot be frozen, an ordinary one can", "[node_vm][C2]") {
  check_all({
    {"frozen", "run('Object.freeze(globalThis)', make({a: 1}))", "TypeError: Cannot freeze"},
    {"sealed", "run('Object.seal(globalThis)', make({a: 1}))", "TypeError: Cannot seal"},
    {"ordinary",
     "const g = make(vm.constants.DONT_CONTEXTIFY); run('Object.freeze(globalThis)', "
     "g); return [Object.isFrozen(g), run('b = 1; typeof b', g)]",
     R"([true,"undefined"])"},
    {"ordinary, and what is declared in it",
     "const g = make(vm.constants.DONT_CONTEXTIFY); g.a = 1; run('var v = 2; function f() {} "
     "let "
     "l = 3', g); return [g.v, typeof g.f, g.l === undefined, run('globalThis', g) === g, "
     "run('this', g) === g, vm.isContext(g), typeof g.Math, Object.keys(g), "
     "Object.getOwnPropertyDescriptor(g, 'v').configurable]",
     R"([2,"function",true,true,true,true,"object",["a","v","f"],false])"},
    {"ordinary, its constructor",
     "const g = make(vm.constants.DONT_CONTEXTIFY); return [g.constructor.name, "
     "run('Object.getPrototypeOf(Object.getPrototypeOf(globalThis)) === Object.prototype', g)]",
     R"(["Object",true])"},
    {"ordinary, made again", "const g = make(vm.constants.DONT_CONTEXTIFY); return make(g) === g",
     "true"},
  });
}

TEST_CASE("what scripts do to Object.prototype is in no descriptor", "[node_vm][C8]") {
  check_all({
    {"a getter for `value` that gives the object",
     "const o = {get x() { return 1 }}; make(o); Object.defineProperty(Object.prototype, "
     "'value', "
     "{get() { return o }, configurable: true}); try { return Object.keys(run("
     "'Object.getOwnPropertyDescriptor(globalThis, \"x\")', o)) } finally { delete "
     "Object.prototype.value }",
     R"(["get","set","enumerable","configurable"])"},
  });
}

TEST_CASE("names that are too long for a message are told by their length", "[node_vm][C8]") {
  check_all({
    {"a symbol's",
     "const s = Symbol('a'.repeat(2 ** 29 - 24)); const o = {s}; make(o); "
     "Object.defineProperty(o, "
     "s, {value: 1}); run('\"use strict\"; globalThis[s] = 2', o)",
     "TypeError: Cannot assign to read only property 'Symbol((536870888 characters))' of "
     "object '#<Object>'"},
  });
}

TEST_CASE("each context has its own built-ins", "[node_vm][C9]") {
  check_all({
    {"instanceof",
     "const o = make({o: {}, a: []}); return [run('o instanceof Object', o), "
     "run('Array.isArray(a)', o), run('[]', o) instanceof Array, "
     "Array.isArray(run('[]', o))]",
     "[false,true,false,true]"},
    {"errors",
     "const o = make({}); try { run('null.x', o) } catch (e) { return [e instanceof "
     "TypeError, e instanceof run('TypeError', o)] }",
     "[false,true]"},
    {"an error keeps its identity",
     "const e = new Error('mine'); try { run('throw e', make({e})) "
     "} catch (x) { return x === e }",
     "true"},
    {"nothing of a host",
     "return run('[typeof require, typeof process, typeof setTimeout]', "
     "make({}))",
     R"(["undefined","undefined","undefined"])"},
    {"this in functions",
     "return run('[(function() { return this === globalThis })(), (function() "
     "{ \"use strict\"; return this })() === undefined]', make({}))",
     "[true,true]"},
  });
}

TEST_CASE("a declared function stays, and is not declared again with let", "[node_vm][C1][C8]") {
  check_all({
    {"let after it",
     "const o = make({}); run('function a() {}', o);"
     "try { run('let a = 2', o) } catch (e) { return e.name }",
     R"("SyntaxError")"},
    {"delete", "return run('function f() {}; [delete f, typeof f]', make({}))",
     R"([false,"function"])"},
    {"another of the same name",
     "const o = make({}); run('function f() { return 1 }', o); run('function f() { return 2 }', o);"
     "return [run('f()', o), o.f()]",
     "[2,2]"},
    {"over what is read-only",
     "return run('function x() {}; x', make(Object.defineProperty({}, 'x', "
     "{ value: 1, configurable: true })))",
     "1"},
    {"what the object has later",
     "const o = make({}); run('function f() {}', o); o.f = 5; return run('[f, this.f]', o)",
     "[5,5]"},
  });
}

TEST_CASE("a declared variable does not become an accessor", "[node_vm][C1][C8]") {
  check_all({{"an accessor",
              "const o = make({}); run('var x', o); try { run('Object.defineProperty(globalThis, "
              "`x`, { get() {} })', o) } catch (e) { return e.name }",
              R"("TypeError")"}});
}

TEST_CASE("the global is tagged with what its object was constructed by", "[node_vm][C1]") {
  check_all({
    {"a class", "return run('String(globalThis)', make(new (class Foo {})()))", R"("[object Foo]")"},
    {"a plain object",
     "return run('[String(globalThis), Symbol.toStringTag in globalThis]', make({}))",
     R"(["[object Object]",false])"},
  });
}
