// clone_failed: returns a proxy
new Proxy({}, {});
