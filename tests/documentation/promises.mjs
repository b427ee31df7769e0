// The lines of output that the comments of an example promise.

const line = /^(?<code>.*(?=(?:^|\s)\/\/(?: |$))|.*)(?:\s*\/\/(?<comment>.*))?$/;
const prints = /^prints:?\s+(?<value>.*)$/i;
const printing = /\bconsole\.log\(.*\);$/;

export function promisesOf(code) {
  const promised = [];
  let previous = '';
  for (const each of code.split('\n')) {
    const { code: statement = '', comment } = line.exec(each).groups;
    const said = comment?.trim() ?? '';
    const promise = prints.exec(said);
    if (promise)
      promised.push(withoutStop(promise.groups.value));
    else if (said && printing.test(statement.trim()))
      promised.push(valueOf(said));
    else if (said && !statement.trim() && printing.test(previous) && isValue(said))
      promised.push(said);
    if (statement.trim() || said) previous = statement.trim();
  }
  return promised;
}

// `42.` of a sentence.
function withoutStop(text) {
  return text.replace(/(?<=\d)\.$/, '');
}

// `1; y is not defined.`: the value and a remark.
function valueOf(text) {
  return text.replace(/; .*$/, '');
}

function isValue(text) {
  return /^(?:\[ ?\{.*\]|\{ .* \}|\d+)$/.test(text);
}
