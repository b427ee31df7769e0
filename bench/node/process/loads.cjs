for (const name of ['assert', 'buffer', 'events', 'fs', 'module', 'os', 'path', 'timers', 'url', 'util', 'vm'])
  require(`node:${name}`);
console.log(new URL('http://host/'), Buffer.from('a'), new AbortController(), structuredClone([1]));
