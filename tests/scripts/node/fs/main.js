const fs = require('fs');
const path = require('path');
const folder = fs.mkdtempSync(path.join(require('process').env.TMPDIR ?? '/tmp', 'troupe-fs-'));
const file = path.join(folder, 'a.txt');
const shown = (text) => text.replaceAll(folder, '<folder>');
fs.writeFileSync(file, 'h\u00e9llo');
console.log(fs.readFileSync(file, 'utf8'), fs.readFileSync(file).length,
            Buffer.isBuffer(fs.readFileSync(file)), fs.readFileSync(file, { encoding: 'hex' }));
fs.appendFileSync(file, Buffer.from(' more'));
console.log(fs.readFileSync(file, 'utf8'), fs.existsSync(file), fs.existsSync(file + 'x'));
const facts = fs.statSync(file);
console.log(facts.isFile(), facts.isDirectory(), facts.size, facts.mtime instanceof Date,
            fs.statSync(folder).isDirectory(), fs.statSync('/nope', { throwIfNoEntry: false }));
console.log(fs.mkdirSync(path.join(folder, 'b/c/d'), { recursive: true })?.replace(folder, ''),
            fs.mkdirSync(path.join(folder, 'b/c/d'), { recursive: true }));
fs.writeFileSync(path.join(folder, 'b/z'), '');
console.log(fs.readdirSync(path.join(folder, 'b')),
            fs.readdirSync(path.join(folder, 'b'), { withFileTypes: true })
              .map((each) => [each.name, each.isFile(), each.isDirectory()]));
fs.renameSync(file, path.join(folder, 'b.txt'));
fs.copyFileSync(path.join(folder, 'b.txt'), file);
console.log(fs.readdirSync(folder), fs.realpathSync(path.join(folder, 'b/../a.txt')) ===
  path.join(fs.realpathSync(folder), 'a.txt'));
for (const attempt of [
  () => fs.readFileSync('nope'), () => fs.readFileSync('/'), () => fs.statSync('/nope'),
  () => fs.readdirSync('/nope'), () => fs.mkdirSync(folder), () => fs.rmSync(folder),
  () => fs.unlinkSync('/nope'), () => fs.accessSync('/nope'), () => fs.rmSync('/nope'),
  () => fs.writeFileSync('/nope/x', ''), () => fs.renameSync('/nope', '/nope2'),
  () => fs.readFileSync(3.5), () => fs.readFileSync('a\0b'), () => fs.readFileSync('x', 'nope'),
  () => fs.readFile('x'), () => fs.writeFileSync(file, 3), () => fs.lstatSync('/nope'),
]) {
  try {
    attempt();
    console.log(String(attempt), 'did not throw');
  } catch (error) {
    console.log(error.name, error.code, error.errno, error.syscall, error.path && shown(error.path),
                '|', shown(error.message));
  }
}
console.log(fs.promises === require('fs/promises'));
(async () => {
  const { readFile, writeFile, readdir, stat, rm, mkdir } = fs.promises;
  await writeFile(file, 'later');
  console.log(await readFile(file, 'utf8'), (await readFile(file)).length, await readdir(folder));
  console.log((await stat(file)).isFile(), await mkdir(path.join(folder, 'p')));
  try {
    await readFile('/nope');
  } catch (error) {
    console.log(error.code, error.message);
  }
  await new Promise((done) => fs.readFile(file, 'utf8', (error, text) => {
    console.log(error, text);
    done();
  }));
  await new Promise((done) => fs.stat('/nope', (error, found) => {
    console.log(error.message, found);
    done();
  }));
  await rm(folder, { recursive: true });
  console.log(fs.existsSync(folder));
  fs.rmSync(folder, { force: true });
})();
