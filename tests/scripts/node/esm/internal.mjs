export const fromPackage = 'internal';
