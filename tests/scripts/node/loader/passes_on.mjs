import './wants_module.mjs';
