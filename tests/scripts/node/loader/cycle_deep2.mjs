import './cycle_deep.mjs';
