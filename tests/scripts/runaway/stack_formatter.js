Error.prepareStackTrace = () => { for (;;); };
new Error('never shown').stack;
