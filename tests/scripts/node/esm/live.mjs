export let live = 1;
export function bump() { live += 1; }
