// A built-in of V8's that does not look for terminations; done in some seconds.
Array.prototype.indexOf.call({length: 2 ** 33}, 1, 2 ** 33 - 2e6);
