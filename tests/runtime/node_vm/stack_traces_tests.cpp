// `error.stack`, and what stands above it.

#include "tests/runtime/node_vm/vm_host.hpp"

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("a stack begins with the error as it is when the stack is first read",
          "[node_vm][stack]") {
  vm_host host;
  CHECK(host.json("const e = new Error('a'); e.message = 'b'; e.name = 'N';"
                  "return e.stack.split('\\n')[0]")
        == R"("N: b")");
  CHECK(host.json("try { null.x } catch (e) { e.message = 'here: ' + e.message;"
                  "return e.stack.split('\\n')[0] }")
        == R"js("TypeError: here: Cannot read properties of null (reading 'x')")js");
}

TEST_CASE("Error.prepareStackTrace makes stacks: the realm's own, else the main one's",
          "[node_vm][stack]") {
  vm_host host;
  CHECK(host.json("const own = vm.createContext({});"
                  "vm.runInContext('Error.prepareStackTrace = (e) => `own ${e.message}`', own);"
                  "Error.prepareStackTrace = (e, sites) => `main ${e.message} ${sites.length > 0}`;"
                  "const read = (c) => vm.runInContext('new Error(1).stack', c);"
                  "return [read(own), read(vm.createContext({})), new Error(2).stack]")
        == R"(["own 1","main 1 true","main 2 true"])");
  CHECK(host.json("return vm.runInNewContext('Error.prepareStackTrace = () => 7;"
                  "try { null.x } catch (e) { e.stack }', { Error })")
        == "7");
}

TEST_CASE("what Error.prepareStackTrace throws is thrown by the read", "[node_vm][stack]") {
  vm_host host;
  CHECK(host.json("Error.prepareStackTrace = () => { throw 5 };"
                  "try { return new Error(1).stack } catch (e) { return ['thrown', e] }")
        == R"(["thrown",5])");
}

TEST_CASE("nothing is underlined that is beyond the line", "[node_vm][stack]") {
  vm_host host;
  auto above = [&](const std::string& code) {
    return host.json("try { vm.runInThisContext(" + code
                     + ") } catch (e) { return e.stack.split('\\n').slice(0, 4) }");
  };
  CHECK(above("'a('")
        == R"(["evalmachine.<anonymous>:1","a(","  ",""])");
  CHECK(above("'JSON.parse(\"{\")'").starts_with(R"(["<anonymous_script>:1","{","","SyntaxError)"));
  CHECK(above("'eval(\"throw new Error(1)\")'")
        == R"js(["<anonymous_script>:1","throw new Error(1)","^",""])js");
}

TEST_CASE("what underlines ends at 1,020 columns", "[node_vm][stack]") {
  vm_host host;
  CHECK(host.json("try { vm.runInThisContext('/*' + 'x'.repeat(1100) + '*/null.x') }"
                  "catch (e) { return e.stack.split('\\n')[2].length }")
        == "1020");
}
