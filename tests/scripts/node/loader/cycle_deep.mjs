import { createRequire } from 'node:module'; createRequire(import.meta.url)('./cycle_deep2.mjs');
