({get x() { for (;;); }});
