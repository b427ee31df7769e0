import './cycle_esm.cjs';
