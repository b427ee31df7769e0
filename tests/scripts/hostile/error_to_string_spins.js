// uncaught_exception: throws what loops when it is shown
throw {toString() { for (;;); }};
