// output_limit_exceeded: writes without end
for (;;) console.log("more of the same");
