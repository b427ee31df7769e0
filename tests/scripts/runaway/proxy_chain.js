const trap = new Proxy({}, {get(target, key, self) { for (;;); }});
trap.anything;
