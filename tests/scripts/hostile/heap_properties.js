// heap_limit_exceeded: gives one object properties without end
const object = {};
for (let i = 0; ; ++i) object["key" + i] = i;
