// One expression of a table, as text; the same in Node and in a context of ours.
'use strict';
const withoutStacks = (text) => text.replace(/\n *at [^\n]*/g, '');

exports.evaluate = async (expression, require) => {
  const names = { require, util: require('util'), assert: require('assert'), vm: require('vm') };
  Object.assign(names, { inspect: names.util.inspect, format: names.util.format });
  let made;
  try {
    const body = expression.startsWith('{') && !expression.startsWith('{}') ?
      expression : `return (${expression})`;
    made = await new Function(...Object.keys(names), body)(...Object.values(names));
  } catch (error) {
    made = error !== null && typeof error === 'object' ?
      `throws ${Object.keys(error).join()} ${error.name} ${error.code} ${error.message}` :
      `throws ${String(error)}`;
  }
  return withoutStacks(typeof made === 'string' ? made : names.inspect(made));
};
