for (;;) eval('1 + 1');
