// deadline_exceeded: queues microtasks without end
function again() { Promise.resolve().then(again); }
again();
