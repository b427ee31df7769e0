// deadline_exceeded: formats the stack of what it throws for ever
Error.prepareStackTrace = () => { for (;;); };
throw new Error("x");
