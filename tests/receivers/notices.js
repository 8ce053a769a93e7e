// A mail server and a receiver of webhooks: what a clinic would have, not written from our senders.
// The mail server is the package smtp-server; the signature is checked by Node's own crypto.
//
// node notices.js KEY CERTIFICATE; prints {"smtp": n, "https": n}. PUT /secrets, PUT /answers and GET /received are
// for the test, POST /hook/<name> is the receiver.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const https = require("node:https");
const { SMTPServer } = require("smtp-server");

const tls = { key: fs.readFileSync(process.argv[2]), cert: fs.readFileSync(process.argv[3]) };
const received = { mails: [], hooks: [] };
let secrets = {}; // name of a hook -> its secret
let answers = { mail: [], hook: [] }; // what to say to the next ones, in order; then yes

function no(answer) {
  return Object.assign(new Error("as the test asked"), { responseCode: answer.code });
}

const smtp = new SMTPServer({
  ...tls,
  authMethods: ["PLAIN", "LOGIN"],
  onAuth: ({ username, password }, session, done) =>
    username === "coach" && password === "the mail password" ? done(null, { user: username }) : done(no({ code: 535 })),
  onRcptTo: (address, session, done) => {
    const answer = answers.mail[0];
    done(answer?.at === "rcpt" ? no(answers.mail.shift()) : undefined);
  },
  onData: (stream, session, done) => {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => {
      const { mailFrom, rcptTo } = session.envelope;
      received.mails.push({ from: mailFrom.address, to: rcptTo.map((each) => each.address), tls: session.secure,
        user: session.user, raw: Buffer.concat(parts).toString() });
      const answer = answers.mail.shift();
      if (answer?.at === "hang-up") session.socket?.destroy() ?? stream.destroy();
      if (answer?.at === "data") done(no(answer));
      else if (answer?.at !== "silence") done();
    });
  },
});
smtp.on("error", () => {}); // a client that hangs up is no news

function hook(request, response, body) {
  const name = request.url.split("/")[2];
  const stamp = request.headers["coach-timestamp"];
  const wanted = crypto.createHmac("sha256", secrets[name] ?? "").update(`${stamp}.${body}`).digest("hex");
  const given = (request.headers["coach-signature"] ?? "").replace(/^v1=/, "");
  const valid = given.length === wanted.length && crypto.timingSafeEqual(Buffer.from(given), Buffer.from(wanted));
  received.hooks.push({ name, valid, age: Math.abs(Date.now() / 1000 - Number(stamp)), body: JSON.parse(body) });
  const answer = answers.hook.shift() ?? { status: 204 };
  response.writeHead(answer.status, answer.headers ?? {}).end();
}

const web = https.createServer(tls, (request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts).toString();
    const json = (value) => response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value));
    if (request.url.startsWith("/hook/")) hook(request, response, body);
    else if (request.url === "/received") json(received);
    else if (request.url === "/secrets") json((secrets = { ...secrets, ...JSON.parse(body) }));
    else if (request.url === "/answers") json((answers = { mail: [], hook: [], ...JSON.parse(body) }));
    else response.writeHead(404).end();
  });
});
smtp.listen(0, "127.0.0.1", () =>
  web.listen(0, "127.0.0.1", () =>
    console.log(JSON.stringify({ smtp: smtp.server.address().port, https: web.address().port })),
  ),
);
process.stdin.on("end", () => process.exit(0)).resume(); // ends with the test session, however that ends
