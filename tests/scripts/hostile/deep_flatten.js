// value|uncaught_exception|heap_limit_exceeded: flattens a string of a million pieces
let text = "";
for (let i = 0; i < 1e6; ++i) text = "a" + text + "b";
text.charCodeAt(1e6);
