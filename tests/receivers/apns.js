// Apple's push service as its documentation describes it, over HTTP/2 by Node; the signature is checked by Node's crypto.
// Nothing here is written from our sender. node apns.js KEY CERTIFICATE KEY_ID TEAM_ID TOPIC PUBLIC_KEY_FILE
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const { serve } = require("./provider.js");

const [key, certificate, keyId, teamId, topic, publicFile] = process.argv.slice(2);
const publicKey = crypto.createPublicKey(fs.readFileSync(publicFile));
const MOST_PAYLOAD = 4096;

function check(condition, reason) {
  if (!condition) throw new Error(reason);
}

function provider(authorization) {
  const [, token] = /^bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? "") ?? [];
  check(token, "MissingProviderToken");
  const [head, body, signature] = token.split(".");
  const part = (text) => JSON.parse(Buffer.from(text, "base64url"));
  const valid = crypto.verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  check(valid, "InvalidProviderToken: signature");
  check(part(head).alg === "ES256" && part(head).kid === keyId, "InvalidProviderToken: head");
  check(part(body).iss === teamId, "InvalidProviderToken: team");
  const age = Date.now() / 1000 - part(body).iat;
  check(age >= -1 && age <= 3600, `ExpiredProviderToken: ${age} s old`);
  return token;
}

function receive(request, body) {
  const { headers } = request;
  check(request.httpVersion === "2.0", "APNs speaks HTTP/2 only");
  const [, device] = /^\/3\/device\/([0-9a-f]{64,200})$/.exec(request.url) ?? [];
  check(device && request.method === "POST", "BadPath");
  check(headers["apns-topic"] === topic, "BadTopic");
  check(["alert", "background"].includes(headers["apns-push-type"]), "InvalidPushType");
  check(["1", "5", "10"].includes(headers["apns-priority"]), "BadPriority");
  check(/^\d+$/.test(headers["apns-expiration"]), "BadExpirationDate");
  check(Buffer.byteLength(headers["apns-collapse-id"] ?? "") <= 64, "BadCollapseId");
  check(body.length > 0, "PayloadEmpty");
  check(body.length <= MOST_PAYLOAD, "PayloadTooLarge");
  const text = JSON.parse(body);
  return {
    id: device,
    host: headers[":authority"],
    token: provider(headers.authorization),
    topic: headers["apns-collapse-id"],
    expiration: Number(headers["apns-expiration"]),
    priority: headers["apns-priority"],
    push_type: headers["apns-push-type"],
    expires_at: text.expires_at,
    text,
  };
}

serve({
  key,
  certificate,
  receive,
  opening: 1,
  standard: () => ({ status: 200, headers: { "apns-id": crypto.randomUUID() } }),
});
