'use strict';

// Prints the same in Node.

const http = require('node:http');
const { once } = require('node:events');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const server = http.createServer();
let port;

function ask(options, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, host: '127.0.0.1', agent, ...options }, async (response) => {
      let text = '';
      response.setEncoding('utf8');
      try {
        for await (const chunk of response)
          text += chunk;
        resolve({ request, response, text });
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
    request.end(body);
  });
}

function shown({ response, text }) {
  const { date, ...headers } = response.headers;
  console.log(response.statusCode, response.statusMessage, JSON.stringify(headers),
              JSON.stringify(text), JSON.stringify(response.trailers), response.complete);
}

const tried = (name, act) => {
  try {
    act();
    console.log(name, 'done');
  } catch (error) {
    console.log(name, error.name, error.code, error.message);
  }
};

const handlers = {
  '/json'(request, response) {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ method: request.method, got: JSON.parse(body) }));
    });
  },
  '/headers'(request, response) {
    response.setHeader('X-One', ['a', 'b']);
    response.setHeader('Set-Cookie', ['x=1', 'y=2']);
    response.appendHeader('X-One', 'c');
    response.setHeader('Gone', '1');
    response.removeHeader('gone');
    console.log(response.getHeaderNames(), response.getHeader('x-one'), response.hasHeader('GONE'),
                response.getHeaders());
    const { host, ...rest } = request.headers;
    response.end(JSON.stringify([rest, request.headersDistinct['x-a'], request.httpVersion]));
  },
  '/chunks'(request, response) {
    response.writeHead(201, 'Made', { Trailer: 'X-Sum' });
    response.write('one');
    response.write(Buffer.from(' two'));
    response.write(new Uint8Array([32, 51]));
    response.addTrailers({ 'X-Sum': '3' });
    response.end();
  },
  '/nothing'(request, response) {
    response.statusCode = 204;
    response.end('ignored');
  },
  '/old'(request, response) {
    response.writeHead(200, ['A', '1', 'A', '2', 'Content-Length', '2']);
    response.end('ok');
  },
  '/errors'(request, response) {
    tried('name', () => response.setHeader('a b', '1'));
    tried('value', () => response.setHeader('a', 'x\ny'));
    tried('undefined', () => response.setHeader('a', undefined));
    tried('status', () => response.writeHead(1000));
    tried('message', () => response.writeHead(200, 'a\r\nb'));
    tried('null', () => response.write(null));
    tried('number', () => response.write(5));
    tried('trailer', () => response.addTrailers({ a: '\n' }));
    response.statusMessage = 'OK';
    response.flushHeaders();
    console.log(response.headersSent, response.writableEnded);
    tried('set', () => response.setHeader('a', '1'));
    tried('remove', () => response.removeHeader('a'));
    tried('append', () => response.appendHeader('a', '1'));
    tried('head', () => response.writeHead(200));
    response.end('x', () => {
      console.log('finished', response.writableEnded, response.writableFinished);
      response.on('error', (error) => console.log('late', error.code));
      response.write('y', (error) => console.log('callback', error.code));
      response.end((error) => console.log('end', error.code));
    });
  },
  '/early'(request, response) {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => {});
    response.writeProcessing();
    response.end('late');
  },
  '/half'(request, response) {
    response.writeHead(200, { 'Content-Length': 10 });
    response.write('half', () => setTimeout(() => response.destroy(), 20));
  },
  '/hang'() {},
};

server.on('request', (request, response) => handlers[request.url](request, response));
server.on('checkContinue', (request, response) => {
  console.log('checkContinue');
  response.writeContinue();
  request.resume().on('end', () => response.end('continued'));
});
server.on('upgrade', (request, socket, head) => {
  console.log('upgrade', request.headers.upgrade, String(head));
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.on('data', (chunk) => socket.write(chunk));
  socket.on('end', () => socket.end());
});
server.on('connect', (request, socket) => {
  console.log('connect', request.url);
  socket.end('HTTP/1.1 200 Tunnel\r\n\r\nthrough');
});
server.on('listening', () => console.log('listening', server.listening));
server.on('close', () => console.log('close'));

(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = server.address().port;
  console.log(server.address().family, server.address().address, typeof port);

  let done = await ask({ path: '/json', method: 'POST' }, '{"a":[1,2,"\u00fc"]}');
  shown(done);
  console.log(done.request.reusedSocket);
  done = await ask({ path: '/headers', headers: { 'X-A': ['1', '2'], 'Cookie': ['a=1', 'b=2'] } });
  shown(done);
  console.log(done.request.reusedSocket, done.response.rawHeaders.slice(0, 6));
  shown(await ask({ path: '/chunks' }));
  shown(await ask({ path: '/nothing' }));
  shown(await ask({ path: '/old' }));
  shown(await ask({ path: '/old', method: 'HEAD' }));
  shown(await ask({ path: '/errors' }));
  {
    const request = http.get(new URL(`http://user:pw@127.0.0.1:${port}/headers`), { agent });
    const [response] = await once(request, 'response');
    const closed = once(response, 'close');
    console.log(request.path, request.host, JSON.parse(String(await once(response, 'data'))));
    await closed;
  }

  // Several at once, one connection.
  const all = await Promise.all(['1', '2', '3'].map((n) =>
    ask({ path: '/json', method: 'PUT' }, n)));
  console.log(all.map(({ text }) => text), Object.keys(agent.requests).length);

  {
    const request = http.request({ port, host: '127.0.0.1', path: '/early' });
    request.on('information', (told) =>
      console.log('information', told.statusCode, told.statusMessage, told.headers));
    request.end();
    const [response] = await once(request, 'response');
    response.resume();
    await once(response, 'end');
  }
  {
    const request = http.request({ port, host: '127.0.0.1', path: '/json', method: 'POST',
                                   headers: { Expect: '100-continue', 'Content-Length': 2 } });
    await once(request, 'continue');
    request.end('{}');
    const [response] = await once(request, 'response');
    console.log(response.statusCode, String(await once(response, 'data')));
  }
  {
    const request = http.request({ port, host: '127.0.0.1',
                                   headers: { Connection: 'Upgrade', Upgrade: 'echo' } });
    request.end();
    const [response, socket] = await once(request, 'upgrade');
    console.log(response.statusCode, response.headers.upgrade);
    socket.write('ping');
    console.log(String(await once(socket, 'data')));
    socket.end();
    await once(socket, 'close');
  }
  {
    const request = http.request({ port, host: '127.0.0.1', method: 'CONNECT', path: 'x:1' });
    request.end();
    const [response, socket, head] = await once(request, 'connect');
    let text = String(head);
    for await (const chunk of socket)
      text += chunk;
    console.log(response.statusCode, text);
  }

  for (const options of [{ path: '/half' }, { port: 1 }]) {
    try {
      await ask({ ...options, agent: false });
    } catch (error) {
      console.log(options.path ?? 'refused', error.code, error.message);
    }
  }
  {
    const request = http.get({ port, host: '127.0.0.1', path: '/hang', timeout: 20, agent: false });
    request.on('timeout', () => {
      console.log('timeout');
      request.destroy();
    });
    const [error] = await once(request, 'error');
    console.log(error.code, error.message, request.destroyed);
  }
  {
    const controller = new AbortController();
    const request = http.get({ port, host: '127.0.0.1', path: '/hang', agent: false,
                               signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    const [error] = await once(request, 'error');
    console.log(error.name, error.code);
  }
  tried('space', () => http.get({ path: '/a b' }));
  tried('protocol', () => http.get('https://localhost/'));
  tried('method', () => http.request({ method: 'a b' }));
  tried('url', () => http.get('nowhere'));
  tried('agent', () => http.get({ agent: 1 }));
  tried('port', () => server.listen(99999));
  tried('again', () => server.listen(0));
  tried('options', () => http.createServer(1));
  tried('validateHeaderName', () => http.validateHeaderName(''));
  tried('validateHeaderValue', () => http.validateHeaderValue('a', '\u0101'));
  console.log(http.METHODS.length, http.STATUS_CODES[418], http.maxHeaderSize);

  agent.destroy();
  server.close((error) => {
    console.log('closed', error, server.listening, server.address());
    server.close((failed) => console.log(failed.code));
  });
})();
