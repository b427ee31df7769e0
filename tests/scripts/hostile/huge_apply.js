// uncaught_exception|heap_limit_exceeded: calls with a million arguments
String.fromCharCode.apply(null, new Array(1e7).fill(65));
