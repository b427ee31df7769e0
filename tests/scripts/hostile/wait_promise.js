// deadline_exceeded: waits for a promise that never settles
new Promise(() => {});
