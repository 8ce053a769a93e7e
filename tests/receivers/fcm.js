// Firebase Cloud Messaging, HTTP v1, and Google's token service, as their documentation describes them.
// Nothing here is written from our sender. node fcm.js KEY CERTIFICATE PROJECT EMAIL PUBLIC_KEY_FILE
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const { serve } = require("./provider.js");

const [key, certificate, project, email, publicFile] = process.argv.slice(2);
const publicKey = crypto.createPublicKey(fs.readFileSync(publicFile));
const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
const ANDROID = ["collapse_key", "priority", "ttl", "notification", "data", "direct_boot_ok"];
const given = []; // access tokens; each is good, whichever process asked for it
let refusals = []; // what the token service says next, in order

function check(condition, reason) {
  if (!condition) throw new Error(reason);
}

function grant({ request, response, body, json, port }) {
  const refusal = refusals.shift();
  if (refusal) return void response.writeHead(refusal.status, refusal.headers ?? {}).end(JSON.stringify(refusal.body ?? {}));
  const asked = new URLSearchParams(body.toString());
  const [head, claims, signature] = (asked.get("assertion") ?? "..").split(".");
  const told = JSON.parse(Buffer.from(claims, "base64url"));
  const valid = crypto.verify("sha256", Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, "base64url"));
  const now = Date.now() / 1000;
  const right =
    valid &&
    request.headers["content-type"] === "application/x-www-form-urlencoded" &&
    asked.get("grant_type") === "urn:ietf:params:oauth:grant-type:jwt-bearer" &&
    JSON.parse(Buffer.from(head, "base64url")).alg === "RS256" &&
    told.iss === email &&
    told.scope === SCOPE &&
    told.aud === `https://localhost:${port}/token` &&
    told.exp - told.iat <= 3600 &&
    Math.abs(now - told.iat) < 300;
  if (!right) return void response.writeHead(400).end(JSON.stringify({ error: "invalid_grant" }));
  given.push(`ya29.${crypto.randomBytes(16).toString("hex")}`);
  json({ access_token: given.at(-1), expires_in: 3599, token_type: "Bearer" });
}

function receive(request, body) {
  check(request.method === "POST" && request.url === `/v1/projects/${project}/messages:send`, `path ${request.url}`);
  check(request.headers["content-type"] === "application/json", "content type");
  const access = given.findIndex((token) => request.headers.authorization === `Bearer ${token}`) + 1;
  check(access > 0, "UNAUTHENTICATED");
  check(body.length <= 8192, "too large");
  const { message, ...others } = JSON.parse(body);
  check(Object.keys(others).length === 0, "unknown field");
  const { android } = message;
  check(Object.keys(android).every((name) => ANDROID.includes(name)), "unknown android field");
  check(["NORMAL", "HIGH"].includes(android.priority), "priority");
  const [, seconds] = /^(\d+)s$/.exec(android.ttl) ?? [];
  check(seconds !== undefined && Number(seconds) <= 2_419_200, "Invalid TTL");
  check(Object.values(message.data ?? {}).every((value) => typeof value === "string"), "data holds texts only");
  return {
    id: message.token,
    access, // the number of its token
    topic: android.notification?.tag,
    collapse_key: android.collapse_key,
    ttl: Number(seconds),
    priority: android.priority,
    expires_at: message.data?.expires_at,
    text: { notification: message.notification, data: message.data },
    elsewhere: { apns: message.apns, webpush: message.webpush },
  };
}

serve({
  key,
  certificate,
  receive,
  standard: () => ({ status: 200, body: { name: `projects/${project}/messages/${crypto.randomUUID()}` } }),
  routes: {
    "POST /token": grant,
    "GET /tokens": ({ json }) => json(given.length),
    "PUT /refusals": ({ body, json }) => json((refusals = JSON.parse(body))),
  },
});
