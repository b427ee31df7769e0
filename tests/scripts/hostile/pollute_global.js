// value: freezes everything and takes the prototype away
Object.setPrototypeOf(globalThis, null);
for (const key of Object.getOwnPropertyNames(globalThis)) { const x = globalThis[key]; if (x && typeof x === "object") Object.freeze(x); }
0;
