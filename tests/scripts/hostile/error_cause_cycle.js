// uncaught_exception: throws errors that cause each other
const a = new Error("a"), b = new Error("b", {cause: a});
a.cause = b;
throw b;
