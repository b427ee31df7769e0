(async () => {
  for await (const _ of {[Symbol.asyncIterator]: () => ({next: async () => ({value: 0, done: false})})});
})();
