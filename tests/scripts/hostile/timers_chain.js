// deadline_exceeded: waits while timers set timers
(function again() { setTimeout(again, 0); setTimeout(again, 0); })();
new Promise(() => {});
