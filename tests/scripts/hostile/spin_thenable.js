// deadline_exceeded: resolves with itself, in a way
const thenable = {then(done) { done(thenable); }};
Promise.resolve(thenable);
