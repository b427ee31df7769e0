import {
  x,
  zz,
} from './l.cjs';
