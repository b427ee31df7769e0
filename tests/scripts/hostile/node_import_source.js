// value: imports the source of modules that have none
const wanted = ['node:vm', 'node:fs', 'node:module', 'data:text/javascript,export default 1', 'data:application/json,1', 'nowhere'];
const outcomes = wanted.map(each => import.source(each).then(() => 'imported', error => error.name));
new Promise((done, fail) => {
  Promise.all(outcomes).then(names => (names.includes('imported') ? fail(new Error('imported')) : done(1)));
});
