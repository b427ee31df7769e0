// deadline_exceeded: waits for a timer that is set for next month
new Promise(done => setTimeout(done, 2 ** 31 - 1));
