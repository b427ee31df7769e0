// uncaught_exception: calls itself through built-ins
(function f() { [1].map(() => "a".replace(/a/, () => Reflect.apply(f, null, []))); })();
