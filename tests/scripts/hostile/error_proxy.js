// uncaught_exception: throws a proxy that throws
throw new Proxy(new Error("x"), {get() { throw new Error("trap"); }, getPrototypeOf() { throw 1; }});
