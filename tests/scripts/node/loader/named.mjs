import d, { zz } from './l.cjs';
