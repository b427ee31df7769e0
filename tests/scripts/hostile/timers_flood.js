// uncaught_exception: sets timers without end
for (;;) setTimeout(() => {}, 1e6);
