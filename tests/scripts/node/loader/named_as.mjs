import { zz as q, x } from './l.cjs';
