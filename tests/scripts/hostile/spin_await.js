// deadline_exceeded: awaits in a loop
(async () => { for (;;) await null; })();
