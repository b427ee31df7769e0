// deadline_exceeded: loops in a getter
({get x() { for (;;); }}).x;
