// uncaught_exception: calls itself
(function f() { f(); })();
