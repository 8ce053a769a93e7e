// A push service and its browsers: takes messages over HTTPS, checks who sent them, decrypts them, remembers them.
// Decryption is the package http_ece, the signature is Node's own: nothing here is written from our sender.
//
// node webpush.js KEY CERTIFICATE; prints {"port": n}. POST /subscriptions, PUT /answers, PUT /always, PUT /gone ({ids, answer}),
// GET /messages are for the test, POST /push/<id> is the push service.
"use strict";

const crypto = require("node:crypto");
const ece = require("http_ece");
const fs = require("node:fs");
const https = require("node:https");

const subscriptions = new Map();
const messages = [];
let answers = []; // what to say to the next pushes, in order
let always = {}; // what to say to the pushes after these; 201 unless it says otherwise
let gone = { ids: [] }; // subscriptions that are no more, and what to say to their pushes

function subscribe() {
  const browser = crypto.createECDH("prime256v1");
  browser.generateKeys();
  const id = crypto.randomUUID();
  const auth = crypto.randomBytes(16).toString("base64url");
  subscriptions.set(id, { browser, auth });
  return {
    endpoint: `https://localhost:${server.address().port}/push/${id}`,
    p256dh: browser.getPublicKey().toString("base64url"),
    auth,
  };
}

function signer(request) {
  const [, token, key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(request.headers.authorization);
  const [head, body, signature] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  const valid = crypto.verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    { key: crypto.createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  if (!valid) throw new Error("the signature is wrong");
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  const life = claims.exp - Date.now() / 1000;
  if (claims.aud !== `https://localhost:${server.address().port}`) throw new Error(`audience ${claims.aud}`);
  if (!(life > 0 && life <= 86400)) throw new Error(`expires in ${life} s`);
  return { key, subject: claims.sub };
}

function receive(request, body, answer) {
  const id = request.url.split("/")[2];
  const { browser, auth } = subscriptions.get(id);
  const { ttl, urgency, topic, "content-encoding": encoding } = request.headers;
  if (encoding !== "aes128gcm") throw new Error(`encoding ${encoding}`);
  const clear = ece.decrypt(body, { version: "aes128gcm", privateKey: browser, authSecret: auth }).toString();
  const text = JSON.parse(clear);
  const status = answer.status ?? 201; // with `reset` it was taken, but the sender does not learn of it
  messages.push({ id, at: Date.now(), status, reset: answer.reset, ttl: Number(ttl), urgency, topic, bytes: body.length, salt: body.subarray(0, 16).toString("hex"),
    signer: signer(request), expires_at: text.expires_at, text });
}

function read(request, then) {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => then(Buffer.concat(parts)));
}

function push(request, response, body) {
  const next = answers.shift() ?? always;
  const answer = gone.ids.includes(request.url.split("/")[2]) ? gone.answer : next;
  try {
    receive(request, body, answer);
  } catch (error) {
    messages.push({ error: error.message });
    response.writeHead(400).end(error.message);
    return;
  }
  const reply = () => {
    if (answer.reset) request.socket.destroy();
    else response.writeHead(answer.status ?? 201, answer.headers ?? {}).end(answer.body ?? "");
  };
  if (answer.hold_ms) setTimeout(reply, answer.hold_ms);
  else reply();
}

const server = https.createServer(
  { key: fs.readFileSync(process.argv[2]), cert: fs.readFileSync(process.argv[3]) },
  (request, response) =>
    read(request, (body) => {
      const json = (value) => response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value));
      if (request.url.startsWith("/push/")) push(request, response, body);
      else if (request.url === "/subscriptions") json(Array.from({ length: JSON.parse(body) }, subscribe));
      else if (request.url === "/messages") json(messages);
      else if (request.url === "/answers") json((answers = JSON.parse(body)));
      else if (request.url === "/always") json((always = JSON.parse(body)));
      else if (request.url === "/gone") json((gone = JSON.parse(body)));
      else response.writeHead(404).end();
    }),
);
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.on("end", () => process.exit(0)).resume(); // ends with the test session, however that ends
