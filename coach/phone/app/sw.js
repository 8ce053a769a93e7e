// Works without a network: keeps this release's files, the drawings it has shown, and answers pushes.
// The server fills in VERSION and FILES, so that any changed file makes a new worker.
import { fetched, pushed, tapped } from "/app/v/%VERSION%/worker.js";

const VERSION = "%VERSION%";
const FILES = "%FILES%".split(" ").map((name) => `/app/v/${VERSION}/${name}`);
const SHELL = `shell-${VERSION}`;

self.addEventListener("install", (event) => {
  // Where a browser can, it takes the files from the cache itself, without waiting for this worker to wake up.
  const ours = ["/app/", "/app/v/*"].map((pathname) => ({ condition: { urlPattern: { pathname } }, source: { cacheName: SHELL } }));
  event.addRoutes?.(ours).catch(() => undefined);
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(["/app/", ...FILES])));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("shell-") && name !== SHELL;
  event.waitUntil((async () => {
    for (const name of (await caches.keys()).filter(old)) await caches.delete(name);
    await self.clients.claim();
  })());
});

// The page says when nothing is lost by a new release: at its start, never in the middle of a session.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const answer = fetched(event.request, SHELL);
  if (answer) event.respondWith(answer);
});
self.addEventListener("push", (event) => event.waitUntil(pushed(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(tapped(event.notification, event.action));
});
