// value: replaces Promise.prototype.then
Promise.prototype.then = function () { throw new Error("polluted"); };
0;
