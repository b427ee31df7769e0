// value|deadline_exceeded|heap_limit_exceeded: returns an object that grows while it is read
const list = [];
const item = () => ({get next() { list.push(item()); return 1; }});
list.push(item());
list;
