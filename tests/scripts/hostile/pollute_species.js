// deadline_exceeded|uncaught_exception|value: returns a promise whose species never settles
class Strange extends Promise {
  static get [Symbol.species]() { return function (executor) { executor(() => {}, () => {}); return {}; }; }
}
new Strange(done => setTimeout(done, 1, 7));
