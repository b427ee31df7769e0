// value|deadline_exceeded: changes a Map while it is read
const map = new Map([[1, {get x() { map.clear(); return 1; }}], [2, 2]]);
map;
