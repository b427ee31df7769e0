import { zz } from 'fs';
