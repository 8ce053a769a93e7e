// The start, and the way from an address to a screen. One module a screen, loaded when it is first wanted.
import { today } from "./clock.js";
import { view } from "./day.js";
import { go, h, notice } from "./dom.js";
import { answered, load, state } from "./state.js";
import { fetchCard, sync } from "./sync.js";
import { t, words } from "./words.js";

const LOOK_AGAIN_MS = 5 * 60_000;
const screens = {
  welcome: () => import("./screens/welcome.js"),
  today: () => import("./screens/today.js"),
  help: () => import("./screens/help.js"),
  show: () => import("./screens/show.js"),
  session: () => import("./screens/session.js"),
  end: () => import("./screens/end.js"),
  intake: () => import("./screens/intake.js"),
  more: () => import("./screens/more.js"),
  settings: () => import("./screens/settings.js"),
  outbox: () => import("./screens/outbox.js"),
  log: () => import("./screens/log.js"),
  learn: () => import("./screens/learn.js"),
  sheet: () => import("./screens/sheet.js"),
  plan: () => import("./screens/plan.js"),
  diary: () => import("./screens/diary.js"),
  contact: () => import("./screens/contact.js"),
  inbox: () => import("./screens/inbox.js"),
  reminders: () => import("./screens/reminders.js"),
  away: () => import("./screens/away.js"),
  data: () => import("./screens/data.js"),
};
const WITHOUT_ACCOUNT = new Set(["welcome", "help", "show"]);
const NO_BAR = new Set(["session"]);
let shown = null, leave = null, begun = 0;

/** What the page is about now; a change of it is a reason to draw it again. */
const essence = () => {
  const { kind, routine } = view(situation());
  return JSON.stringify([kind, routine?.revision, routine?.day, routine?.told, answered(today()), !state.tokens]);
};
export const situation = () =>
  ({ week: state.week, day: today(), told: answered(today()), lock: state.lock, contactDay: state.week?.day ?? null });

/** Of two that are being drawn at once the one begun later stays: it knows more. */
async function draw() {
  const turn = ++begun;
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  let wanted = screens[name] ? name : "today";
  if (name && !screens[name]) return go(`#/welcome/${name}`); // an invitation's code
  if (!state.tokens && !WITHOUT_ACCOUNT.has(wanted)) wanted = "welcome";
  const { render } = await screens[wanted]();
  if (turn !== begun) return;
  leave?.();
  leave = null;
  const drawn = await render(...rest.map(decodeURIComponent));
  const { nodes, onleave } = Array.isArray(drawn) ? { nodes: drawn } : drawn;
  if (turn !== begun) { onleave?.(); return; }
  leave = onleave ?? null;
  const place = document.getElementById("screen");
  place.className = wanted;
  place.replaceChildren(...nodes.flat(Infinity).filter(Boolean));
  bar(wanted);
  document.title = `${place.querySelector("h1")?.textContent ?? ""} – ${t("app.name")}`;
  if (shown !== null && shown !== location.hash) { scrollTo(0, 0); place.querySelector("h1")?.focus(); }
  shown = location.hash;
  place.dataset.ready = wanted;
  performance.mark(`ready ${wanted}`);
}

function bar(current) {
  const nav = document.getElementById("bar");
  nav.hidden = NO_BAR.has(current);
  nav.setAttribute("aria-label", t("bar.label"));
  const to = (name, text) => h("a", { href: `#/${name}`, "aria-current": current === name ? "page" : null, class: name }, text);
  nav.replaceChildren(...(state.tokens ? [to("today", t("bar.today")), to("more", t("bar.more"))] : []), to("help", t("bar.help")));
}

let before = null;
/** Draws again what has changed meanwhile; a screen that is being filled in is left alone. */
async function redraw() {
  const after = essence();
  if (before !== null && after !== before && ["today", "welcome"].includes(document.getElementById("screen").className)) await draw();
  before = after;
}

async function start() {
  screens.today(); // on its way while the disk is read
  await load().catch(() => notice(t("storage.none")));
  await words(state.prefs.locale);
  addEventListener("hashchange", draw);
  addEventListener("synced", redraw);
  addEventListener("redraw", draw);
  addEventListener("storage-full", () => notice(t("storage.full")));
  addEventListener("online", sync);
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) return;
    await load();
    await redraw();
    await sync();
  });
  setInterval(() => document.hidden || sync(), LOOK_AGAIN_MS);
  await draw();
  before = essence();
  await worker();
  if (state.tokens) await sync(); else if (!state.card) await fetchCard().catch(() => undefined);
  navigator.storage?.persist?.().catch(() => undefined); // asks that the queue is not swept away
}

/** A new release takes over now, at the start, when no session is going on. */
async function worker() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", (event) => event.data?.go && go(event.data.go));
  const registration = await navigator.serviceWorker.register("/app/sw.js", { type: "module", scope: "/app/" }).catch(() => null);
  if (registration?.waiting && !state.run) {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting.postMessage("take over");
  }
}

start();
