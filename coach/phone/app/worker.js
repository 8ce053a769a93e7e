// What the service worker does, apart from its life cycle: answers from the cache, shows pushes, acts on their buttons.
import { call } from "./api.js";
import { load, state } from "./state.js";
import { language, t, words } from "./words.js";

const CONTENT = "content"; // drawings and the safety card; renewed whenever there is a network
const SNOOZE_MINUTES = 30;

/** An answer for a request that this app can answer by itself, or undefined for everything else. */
export function fetched(request, shell) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return undefined;
  if (request.mode === "navigate") return page(request, shell);
  if (url.pathname.startsWith("/app/v/")) return kept(request, shell);
  if (url.pathname.endsWith("/figure.svg")) return drawing(request);
  return undefined;
}

async function page(request, shell) {
  const found = await (await caches.open(shell)).match("/app/");
  return found ?? fetch(request);
}

async function kept(request, shell) {
  return (await (await caches.open(shell)).match(request)) ?? fetch(request);
}

/** The stored drawing at once, the newer one next time. */
async function drawing(request) {
  const cache = await caches.open(CONTENT);
  const found = await cache.match(request);
  const newer = fetch(request).then(async (answer) => {
    if (answer.ok) await cache.put(request, answer.clone()).catch(() => undefined); // a full phone shows it all the same
    return answer;
  });
  if (!found) return newer;
  newer.catch(() => undefined);
  return found;
}

/** Shows a push. Its text has no health data; the same id replaces what stands there already. */
export async function pushed(data) {
  await ready();
  let message = {};
  try { message = data.json(); } catch { /* only a wake-up */ }
  const title = t("app.name");
  if (!message.text) return self.registration.showNotification(title, { body: t("push.look"), tag: "look" });
  return self.registration.showNotification(title, {
    body: message.text,
    tag: message.id,
    lang: language(),
    data: message,
    icon: new URL("icon.svg", import.meta.url).href,
    actions: [
      { action: "done", title: t("push.done") },
      { action: "snooze", title: t("push.snooze", { minutes: SNOOZE_MINUTES }) },
      { action: "stop", title: t("push.stop") },
    ],
  });
}

/** Acts on a notification: a button of it, or a tap on it. */
export async function tapped(notification, action) {
  const id = notification.data?.id;
  await ready();
  try {
    if (action === "done" && id) return await call("POST", `/v1/me/inbox/${id}/read`);
    if (action === "snooze" && id) return await call("POST", `/v1/me/reminders/${id}/snooze`, { minutes: SNOOZE_MINUTES });
    if (action === "stop" && id) return await stop(id);
  } catch {
    return open("#/inbox"); // without a network, or too late to put off: the person sees why in the app
  }
  return open("#/today");
}

async function stop(id) {
  const { items } = await call("GET", "/v1/me/inbox");
  const kind = items.find((each) => each.id === id)?.kind;
  const { stopped } = await call("GET", "/v1/me/reminders");
  if (kind) await call("PUT", "/v1/me/reminders/stops", { kinds: [...new Set([...stopped, kind])] });
}

async function open(hash) {
  const [page] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!page) return self.clients.openWindow(`/app/${hash}`);
  page.postMessage({ go: hash });
  return page.focus().catch(() => undefined); // only a tap of a person may bring it to the front
}

async function ready() {
  await load();
  await words(state.prefs.locale);
}
