// The script itself returns at once, but each of its promise jobs queues the next: the queue is never empty.
function again() {
  Promise.resolve().then(again);
}
again();
