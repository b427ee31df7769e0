// uncaught_exception: evaluates source that evaluates itself
const source = "eval(source)";
eval(source);
