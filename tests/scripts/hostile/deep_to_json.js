// uncaught_exception: calls itself through toJSON
const o = {toJSON() { return JSON.stringify(o); }};
JSON.stringify(o);
