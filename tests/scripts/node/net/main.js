'use strict';
// Sockets without HTTP; expected.txt is what Node 24 prints.

const net = require('net');
const { inspect } = require('util');

const show = (...what) => console.log(...what.map((x) => (typeof x === 'string' ? x : inspect(x))));
const attempt = (what) => {
  try {
    return what();
  } catch (error) {
    return `${error.name} ${error.code}: ${error.message}`;
  }
};

for (const each of ['127.0.0.1', '::1', '1.2.3.256', 'fe80::1%eth0', '::ffff:1.2.3.4', 'a', '', undefined])
  show(each, net.isIP(each), net.isIPv4(each), net.isIPv6(each));
show(attempt(() => net.connect()), attempt(() => net.connect(70000)),
     attempt(() => net.createServer(1)));

const seen = [];
const path = `/tmp/troupe-net-${process.pid}`;
const server = net.createServer((socket) => {
  seen.push('connection', socket instanceof net.Socket, socket.server === server);
  socket.setEncoding('utf8');
  socket.on('data', (text) => socket.write(text.toUpperCase()));
  socket.on('end', () => seen.push('end'));
  socket.on('close', (failed) => seen.push('close', failed));
});
show(server instanceof net.Server, net.Server() instanceof net.Server, server.listening);
server.on('close', () => show('closed'));
server.listen(0, '127.0.0.1', () => {
  const { port, address, family } = server.address();
  show(address, family, typeof port);
  const client = net.createConnection(port, '127.0.0.1', () => {
    show('connected', client.remoteAddress, client.remotePort === port, client.readyState);
    client.end('some text');
  });
  let text = '';
  client.setEncoding('utf8').on('data', (more) => { text += more; });
  client.on('end', () => show('client end', text));
  client.on('close', (failed) => {
    show('client close', failed);
    server.close(again);
  });
});

function again() {
  show(seen);
  const local = net.createServer({ allowHalfOpen: true }, (socket) => {
    let all = '';
    socket.on('data', (more) => { all += more; });
    socket.on('end', () => socket.end(`had ${all}`));
  });
  local.listen(path, () => {
    show(local.address() === path);
    const client = net.connect({ path });
    client.end('half');
    client.on('data', (data) => show(String(data)));
    client.on('close', () => local.close(() => {
      net.connect(path).on('error', (error) => show(error.code, error.syscall));
      net.connect({ port: 1, host: '127.0.0.1' })
        .on('error', (error) => show(error.message, error.port));
    }));
  });
}
