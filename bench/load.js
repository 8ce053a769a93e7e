// Calls one server as fast as it answers, from so many connections. node load.js PORT CONNECTIONS SECONDS REQUESTS.json;
// REQUESTS.json: [{path, headers}], taken in turn. Prints {"requests", "errors", "p50_ms", "p99_ms"}.
"use strict";

const fs = require("node:fs");
const net = require("node:net");

const [port, connections, seconds] = process.argv.slice(2, 5).map(Number);
const heads = JSON.parse(fs.readFileSync(process.argv[5], "utf8")).map(({ path, headers }) =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n` +
    Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("") + "\r\n"));
const took = [];
let next = 0, errors = 0, open = connections;
const end = process.hrtime.bigint() + BigInt(seconds * 1e9);

function call(socket) {
  if (process.hrtime.bigint() > end) return socket.destroy();
  socket.began = process.hrtime.bigint();
  socket.got = Buffer.alloc(0);
  socket.write(heads[next++ % heads.length]);
}

function isWhole(got) {
  const head = got.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const text = got.toString("latin1", 0, head);
  const length = / 304 /.test(text.slice(0, 15)) ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
  return got.length >= head + 4 + length;
}

for (let each = 0; each < connections; each++) {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true }, () => call(socket));
  socket.on("data", (data) => {
    socket.got = Buffer.concat([socket.got, data]);
    if (!isWhole(socket.got)) return;
    took.push(Number(process.hrtime.bigint() - socket.began) / 1e6);
    if (!/ (200|304) /.test(socket.got.toString("latin1", 0, 15))) errors++;
    call(socket);
  });
  socket.on("error", () => errors++);
  socket.on("close", () => {
    if (--open) return;
    took.sort((a, b) => a - b);
    const at = (share) => Math.round(took[Math.floor(took.length * share)] * 100) / 100;
    console.log(JSON.stringify({ requests: took.length, errors, p50_ms: at(0.5), p99_ms: at(0.99) }));
  });
}
