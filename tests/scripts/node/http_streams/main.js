// Messages of HTTP and node:stream together. expected.txt is what Node prints.
'use strict';
const http = require('node:http');
const { finished, pipeline, PassThrough, Readable, Transform, Writable } = require('node:stream');
const promises = require('node:stream/promises');

const told = []; // by both sides, so sorted
const tell = (...what) => told.push(what.join(' '));

const serve = {
  '/from'(req, res) {
    pipeline(Readable.from([Buffer.from('a'), Buffer.from('b')]), res, (e) => tell('from', e));
  },
  '/transform'(req, res) {
    const upper = new Transform({
      transform(chunk, encoding, done) { done(null, String(chunk).toUpperCase()); } });
    pipeline(req, upper, res, (e) => tell('transform', e));
  },
  '/pipe'(req, res) {
    finished(res, (e) => tell('finished', e));
    req.pipe(new PassThrough()).pipe(res);
  },
  async '/iterate'(req, res) {
    let text = '';
    for await (const chunk of req) text += chunk;
    res.end(`${text}!`);
  },
  async '/generate'(req, res) {
    await promises.pipeline(req, async function* (source) {
      for await (const chunk of source) yield `<${chunk}>`;
    }, res);
    tell('generate');
  },
  '/abort'(req, res) {
    finished(req, (e) => tell('abort request', e));
    finished(res, (e) => tell('abort response', e?.code));
    req.resume();
    setImmediate(() => aborted.destroy());
  },
  async '/large'(req, res) {
    let n = 0;
    await promises.pipeline(new Readable({
      read() { this.push(n++ < 50 ? Buffer.alloc(50_000, 'x') : null); } }), res);
    tell('large');
  },
};

let aborted;
const server = http.createServer((req, res) => serve[req.url](req, res));

const ask = (path, body = '') => new Promise((resolve) => {
  const options = { host: '127.0.0.1', port: server.address().port, path, method: 'POST', agent: false };
  const request = http.request(options, (response) => {
    let text = '';
    const to = new Writable({ write(chunk, encoding, done) { text += chunk; setImmediate(done); } });
    pipeline(response, to, (e) => {
      tell(path, text.length > 40 ? text.length : text, e);
      resolve();
    });
  });
  if (path === '/abort') aborted = request;
  request.on('error', (e) => { tell(path, e.code); resolve(); });
  request.end(body);
});

server.listen(0, '127.0.0.1', async () => {
  for (const path of Object.keys(serve)) await ask(path, 'body');
  server.close(() => {
    for (const line of told.sort()) console.log(line);
  });
});
