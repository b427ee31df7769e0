export { zz as q } from 'pk';
