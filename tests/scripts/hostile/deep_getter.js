// uncaught_exception: calls itself through a getter
const o = {get x() { return this.x; }};
o.x;
