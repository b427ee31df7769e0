// clone_failed: returns a function
() => 1;
