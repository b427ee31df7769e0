// deadline_exceeded: formats the stack for ever
Error.prepareStackTrace = () => { for (;;); };
new Error("never shown").stack;
