// The code blocks of a document: [{ kind, code }], kind being 'js', 'mjs', 'cjs' or ''.

export function blocksOf(text) {
  return text.includes('```') ? fenced(text) : bare(text);
}

// -- Markdown ---------------------------------------------------------------------------------

function fenced(text) {
  const blocks = [];
  for (const [, indent, kind, gap, code] of text.matchAll(/(^ *)?```(\w*)(\n| )([^]*?)```/gm))
    blocks.push({ kind, code: gap === '\n' ? withoutIndent(code, indent ?? '') : broken(code) });
  return blocks;
}

function withoutIndent(code, indent) {
  return code.split('\n').map((line) => line.startsWith(indent) ? line.slice(indent.length) : line)
    .join('\n').trimEnd() + '\n';
}

// -- Markdown that has lost its line breaks -----------------------------------------------------

// Where code can go on after a comment.
const codeBegins = new RegExp(' (?=(?:' + [
  'const \\w+ =', 'await ', 'async function ', 'throw new ', 'export default ', 'meta\\.prop = ',
  'vm\\.runInContext\\(code', 'script\\.run', 'console\\.log\\(', '\\}',
].join('|') + '))', 'g');

// Breaks lines where comments end: in front of the next comment, or of code outside of brackets
// that the comment has opened.
function broken(code) {
  const [first, ...comments] = code.trim().split(/(?:^| )\/\/(?= |$)/);
  let result = first;
  for (const each of comments) {
    const text = each.trimStart();
    let end = text.length;
    for (const { index } of text.matchAll(codeBegins)) {
      if (!balanced(text.slice(0, index))) continue;
      end = index;
      break;
    }
    const gap = result === '' || result.endsWith('\n') ? '' : ' ';
    result += `${gap}//${text && ' '}${text.slice(0, end)}\n${text.slice(end).trimStart()}`;
  }
  return result.trimEnd() + '\n';
}

function balanced(text) {
  return count(text, /[[{(]/g) === count(text, /[\]})]/g);
}

function count(text, what) {
  return text.match(what)?.length ?? 0;
}

// -- pages without fences -------------------------------------------------------------------------

const firstLine = /^(?:const |\/\/ |'use strict';|import \w+ from ')/;
const inProse = /(?<=:|: ?- )(?=import \w+ from ')/;
const heading = new RegExp('(?<=\\S)(?=(?:' + [
  'Class: .*', 'Example: .*', 'What does it mean .*', 'new vm\\..*',
  '(?:vm|script|module|sourceTextModule|syntheticModule)\\.\\w+(?:[([].*)?',
].join('|') + ')#$)');
const nextExample = /(?<=[^\s=] ?)(?=const vm = require\(|import vm from '|'use strict';)/;
const prose = /(?<=[;})\d.]|'.*')(?=[A-Z][a-z]+ )/;

// A block begins with a line that only code has, or with an import in a sentence. Its end has lost
// the line break: the next heading, sentence or example follows on the same line.
function bare(text) {
  const blocks = [];
  let block;
  const close = () => { block = undefined; };
  const open = () => blocks.push(block = { kind: '', code: '' });
  const take = (line) => {
    for (;;) {
      if (!block) open();
      const ends = [heading, nextExample, prose].map((each) => line.search(each)).filter((at) => at > 0);
      const end = Math.min(line.length, ...ends);
      block.code += line.slice(0, end) + '\n';
      if (ends.length === 0) return;
      close();
      line = line.slice(end);
      if (!firstLine.test(line)) return;
    }
  };
  for (const line of text.split('\n')) {
    const at = block ? -1 : line.search(inProse);
    if (at >= 0) {
      take(line.slice(at));
      close();
    } else if (block || firstLine.test(line)) {
      take(line);
    }
  }
  return blocks;
}
