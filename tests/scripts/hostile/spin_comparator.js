// deadline_exceeded: loops in a comparator
[3, 1, 2].sort(() => { for (;;); });
