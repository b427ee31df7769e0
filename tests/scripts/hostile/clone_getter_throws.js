// uncaught_exception: returns an object whose getter throws
({get x() { throw new Error("trap"); }});
