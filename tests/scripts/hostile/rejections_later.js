// value: handles its rejections when it is too late
const kept = [];
for (let i = 0; i < 1000; ++i) kept.push(Promise.reject(i));
setTimeout(() => kept.forEach(p => p.catch(() => {})), 1);
0;
