// value: rejects a million promises that nobody handles
for (let i = 0; i < 1e6; ++i) Promise.reject(i);
0;
