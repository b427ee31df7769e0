import './wants_module.mjs'; await 0;
