// Meets the service: sends what waits, fetches a week, lets the service's word end what the phone decided meanwhile.
import { Away, Refused, SignedOut, call, open } from "./api.js";
import { now, today, zone } from "./clock.js";
import { send, waiting } from "./queue.js";
import { figurePath } from "./dom.js";
import { answered, note, set, state } from "./state.js";
import { language } from "./words.js";

let running = null, again = false;

/** "met", "away" (no network: all goes on as it is) or "out" (somebody has to sign in). Never throws. */
export function sync() {
  if (running) again = true;
  running ??= (async () => {
    try {
      do { again = false; await meet(); } while (again);
      return "met";
    } catch (error) {
      if (error instanceof SignedOut) return "out";
      if (error instanceof Away || error instanceof Refused) return "away";
      throw error;
    } finally {
      running = null;
      dispatchEvent(new Event("synced"));
    }
  })();
  return running;
}

async function meet() {
  if (!state.tokens) throw new SignedOut();
  if (!state.me) await set("me", await call("GET", "/v1/me")); // whose queue this is
  await send();
  const wanted = { zone: zone(), locale: language() };
  const differs = Object.entries(wanted).filter(([name, value]) => state.me[name] !== value);
  if (differs.length) await set("me", await call("PATCH", "/v1/me", Object.fromEntries(differs)));
  const before = (await waiting()).length;
  await fetchWeek();
  if (!before && !(await waiting()).length) await believe();
  if (state.card?.locale !== language()) await fetchCard();
  keepDrawings().catch(() => undefined); // a full phone does without
}

/** The drawings of the whole week, so that an exercise looks the same without a network. */
async function keepDrawings() {
  const box = await caches.open("content");
  const names = new Set(state.week.routines.flatMap((each) => Object.values(each.variants).flat()).map((step) => step.exercise));
  for (const name of names) {
    const path = figurePath(name, language());
    if (!(await box.match(path))) await box.add(path);
  }
}

async function fetchWeek() {
  const since = state.week?.since === undefined ? "" : `?since=${state.week.since}`;
  const found = await call("GET", `/v1/me/sync${since}`, undefined, { etag: state.week?.etag });
  await set("week", { ...state.week, ...(found ? weekOf(found) : {}), fetched_at: now() });
  if (found) {
    await set("me", found.me);
    await remember(found.entries);
  }
  if (state.me.zone !== zone()) again = true; // it moved while we were asking
}

/** The answer day by day, each with its own gate; what is the same on all days is kept once. */
function weekOf({ gate, days, lock, variant_rules: rules, entries, me, ...rest }) {
  const routines = days.map(({ asks, answered: open, ...day }) => ({
    ...day,
    lock_cards: lock.cards,
    told: lock.told,
    gate: { ...gate, items: gate.items.filter((item) => item.when.some((moment) => asks.includes(moment))), also: asks.filter((moment) => moment !== "D"), answered: open },
  }));
  return { ...rest, routines, rules, day: routines[0].day };
}

/** Pain as last told on whichever phone. */
async function remember(entries) {
  if ((await waiting()).length) return;
  const last = { ...state.last };
  for (const { kind, body } of entries) {
    if (kind === "morning") Object.assign(last, { pain: body.pain, leg: body.leg ?? last.leg });
    if (kind === "session") Object.assign(last, { loc: body.loc_post ?? last.loc, leg: last.leg ?? body.leg_post ?? undefined });
  }
  await set("last", last);
}

/** All that was told has arrived: from here the service's word holds, and only it ends a lock. */
async function believe() {
  if (state.lock) await set("lock", null);
  const [routine] = state.week.routines;
  const told = answered(routine.day);
  if (told.gate && !told.gate.theirs && !told.again) {
    await note(routine.day, { gate: routine.gate.answered ? { level: "none", theirs: true } : null });
  }
  const { unsure } = state; // the table of a fetched gate knows of those already
  if (Object.values(unsure).some((day) => day < today())) await set("unsure", {});
}

/** The safety card, for whoever holds the phone: it needs no account. */
export async function fetchCard() {
  const found = await open("GET", `/v1/library/safety-card?locale=${language()}`);
  await set("card", { ...found, locale: language() });
}

/** A page of another screen: the newest there is, else what was last seen; null where it was never seen. */
export async function page(path) {
  try {
    const found = await call("GET", path);
    await set("pages", { ...state.pages, [path]: found });
  } catch (error) {
    if (!(error instanceof Away)) throw error;
  }
  return state.pages[path] ?? null;
}

/** Public content in the language of the app, the same way. */
export async function content(path) {
  const full = `${path}${path.includes("?") ? "&" : "?"}locale=${language()}`;
  try {
    await set("pages", { ...state.pages, [full]: await open("GET", full) });
  } catch (error) {
    if (!(error instanceof Away)) throw error;
  }
  return state.pages[full] ?? null;
}
