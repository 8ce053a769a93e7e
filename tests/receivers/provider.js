// What the stand-ins of APNs and FCM share: HTTP/2 by Node's own library, scripted answers, what came in.
//
// PUT /answers, PUT /always, PUT /gone ({ids, answer}) and GET /messages are for the test. An answer may hold: status, headers, body (as JSON), hold_ms
// (before it is given), reset (cut the connection instead), refuse (reset the stream with REFUSED_STREAM, unread),
// goaway (leave this stream and all later ones of its connection unread, finish the earlier ones), streams (from now
// on at most so many at once on its connection).
"use strict";

const fs = require("node:fs");
const http2 = require("node:http2");

const { NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = http2.constants;

function read(stream, then) {
  const parts = [];
  stream.on("data", (part) => parts.push(part));
  stream.on("end", () => then(Buffer.concat(parts)));
}

// receive(request, body) -> what to remember of a message, or throws; standard = the answer if none is scripted.
// opening = streams that a connection takes until it has brought its first good message; then usual.
function serve({ key, certificate, receive, standard, routes = {}, opening, usual = 1000 }) {
  let messages = [];
  let answers = []; // what to say to the next messages, in order
  let always = {}; // what to say to the messages after these
  let gone = { ids: [] }; // phones that are no more, and what to say to their messages
  let connections = 0;

  function push(request, response) {
    const session = request.stream?.session;
    if (session?.left !== undefined && request.stream.id > session.left) return;
    let answer = answers.shift() ?? always;
    if (answer.refuse) return void request.stream.close(NGHTTP2_REFUSED_STREAM);
    if (answer.goaway) {
      session.left = request.stream.id - 2;
      session.goaway(NGHTTP2_NO_ERROR, session.left);
      return;
    }
    if (answer.streams) narrow(session, answer.streams);
    read(request, (body) => {
      let said;
      try {
        const message = receive(request, body);
        if (gone.ids.includes(message.id)) answer = gone.answer;
        said = { ...standard(body), ...answer };
        const way = { protocol: request.httpVersion, connection: session?.number };
        messages.push({ ...message, ...way, at: Date.now(), status: said.status, reset: answer.reset });
        if (session?.streams === opening && opening) narrow(session, always.streams ?? usual);
      } catch (error) {
        messages.push({ error: error.message });
        response.writeHead(400).end(error.message);
        return;
      }
      const say = () => {
        if (answer.reset) (session ?? request.socket).destroy();
        else if (!response.destroyed) response.writeHead(said.status, said.headers ?? {}).end(text(said.body));
      };
      if (answer.hold_ms) setTimeout(say, answer.hold_ms);
      else say();
    });
  }

  function narrow(session, streams) {
    if (session.streams !== streams) session.settings({ maxConcurrentStreams: streams });
    session.streams = streams;
  }

  const text = (reply) => (reply === undefined ? "" : typeof reply === "string" ? reply : JSON.stringify(reply));
  const server = http2.createSecureServer({ key: fs.readFileSync(key), cert: fs.readFileSync(certificate), allowHTTP1: true });
  server.on("session", (session) => {
    session.number = ++connections;
    if (opening ?? always.streams) narrow(session, opening ?? always.streams);
  });
  server.on("sessionError", () => {});
  server.on("request", (request, response) => {
    request.on("error", () => {});
    response.on("error", () => {});
    const json = (value) => response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value));
    const route = routes[`${request.method} ${request.url}`];
    if (route) read(request, (body) => route({ request, response, body, json, port: server.address().port }));
    else if (request.url === "/messages") read(request, () => json(messages));
    else if (request.url === "/forget") read(request, () => json((messages = messages.filter((each) => !each.error))));
    else if (request.url === "/answers") read(request, (body) => json((answers = JSON.parse(body))));
    else if (request.url === "/always") read(request, (body) => json((always = JSON.parse(body))));
    else if (request.url === "/gone") read(request, (body) => json((gone = JSON.parse(body))));
    else push(request, response);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
  process.stdin.on("end", () => process.exit(0)).resume(); // ends with the test session, however that ends
}

module.exports = { serve };
