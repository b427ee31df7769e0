// value|uncaught_exception: takes call sites apart
Error.prepareStackTrace = (e, sites) => sites;
const sites = new Error("x").stack;
[typeof sites[0].getThis(), typeof sites[0].getFunction(), sites[0].getFileName()].join();
