// deadline_exceeded: waits while an interval spins
setInterval(() => { for (;;); }, 1);
new Promise(() => {});
