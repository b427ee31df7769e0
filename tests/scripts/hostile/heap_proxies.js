// heap_limit_exceeded: chains proxies
let last = {};
for (;;) last = new Proxy(last, {});
