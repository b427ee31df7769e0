// value: rejects with what cannot be shown
Promise.reject(new Proxy({}, {get() { throw 1; }}));
Promise.reject({toString() { throw 2; }});
Promise.reject(Symbol("s"));
0;
