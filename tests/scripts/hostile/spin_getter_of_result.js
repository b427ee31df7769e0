// deadline_exceeded: loops in a getter of its result
({get x() { for (;;); }});
