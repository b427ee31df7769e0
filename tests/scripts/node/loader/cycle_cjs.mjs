import './cycle_cjs.cjs';
