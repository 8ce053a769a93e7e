// Takes every message over TLS, HTTP/2 or 1.1 as the client likes, and says 201. node sink.js KEY CERTIFICATE; prints {"port": n}.
"use strict";

const fs = require("node:fs");
const http2 = require("node:http2");

const server = http2.createSecureServer(
  { key: fs.readFileSync(process.argv[2]), cert: fs.readFileSync(process.argv[3]), allowHTTP1: true,
    settings: { maxConcurrentStreams: 1000 } },
  (request, response) => request.on("end", () => response.writeHead(201).end()).resume(),
);
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.on("end", () => process.exit(0)).resume(); // ends with the benchmark, however that ends
