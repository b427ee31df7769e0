// uncaught_exception: constructs itself
class A { constructor() { new A; } }
new A;
