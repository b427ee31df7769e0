`${{[Symbol.toPrimitive]() { for (;;); }}}`;
