// Never comes back.
while (true) {}
