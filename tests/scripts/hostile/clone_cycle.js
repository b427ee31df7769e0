// value: returns an object that contains itself
const o = {};
o.self = o;
o;
