// uncaught_exception: calls itself through a proxy
const p = new Proxy({}, {get(t, k, self) { return self[k]; }});
p.x;
