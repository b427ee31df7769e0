// clone_failed: returns a proxy whose traps loop
new Proxy({}, {get() { for (;;); }, ownKeys() { for (;;); }, getPrototypeOf() { for (;;); }});
