// What the phone knows, in memory and on disk. Read it anywhere; change it with `set`.
import { all, drop, put } from "./store.js";

const BLANK = {
  prefs: { locale: null, sound: true, vibrate: true, voice: false, autostart: false, country: null, units: "metric" },
  clock: { offset: 0 }, // the service's time minus this phone's, when they differ by more than a moment
  tokens: null, // { access, refresh }
  me: null, // GET /v1/me
  week: null, // { fetched_at, routines, etag }
  days: {}, // local day -> what was answered on it here: { gate, morning, session, pre, bad, stopped, down }
  lock: null, // raised on this phone; only the server ends it: { level, flags, since, entries }
  unsure: {}, // flag -> local day of an "I am not sure"
  last: {}, // pain, leg, loc as last told, and how often in a row "same as last time"
  run: null, // the session that is going on
  asking: null, // a red-flag question that is being answered
  intake: null, // a half-answered intake
  pages: {}, // last seen answers of other screens, for reading without a network
  card: null, // the safety card of this language
  notes: "", // medicines and operations, for the page to show; never sent
  timers: null, // a running break timer
};
// Gone when somebody signs out; queue, language and safety card stay.
const PERSONAL = ["tokens", "me", "week", "days", "lock", "unsure", "last", "run", "asking", "intake", "pages", "notes", "timers"];

export const state = structuredClone(BLANK);
const failed = new Set();
const written = {}; // key -> how often it was set here

/** Reads everything from disk; another tab or the service worker may have written. */
export async function load() {
  const before = { ...written };
  const found = await all();
  for (const key of Object.keys(BLANK)) {
    // What memory holds is newer than what the full disk has, or than what was read while it was told.
    if (failed.has(key) || written[key] !== before[key]) continue;
    state[key] = found[key] ?? structuredClone(BLANK[key]);
  }
  state.prefs = { ...BLANK.prefs, ...state.prefs };
}

/** Keeps a value. A full disk keeps it in memory and says so. */
export async function set(key, value) {
  state[key] = value;
  written[key] = (written[key] ?? 0) + 1;
  try {
    await put(key, value);
    failed.delete(key);
  } catch {
    failed.add(key);
    dispatchEvent(new Event("storage-full"));
  }
}

export const change = (key, part) => set(key, { ...state[key], ...part });

/** What was answered on a local day, changed by a part. Days long past are let go. */
export async function note(day, part) {
  const days = Object.fromEntries(Object.entries(state.days).sort().slice(-14));
  await set("days", { ...days, [day]: { ...days[day], ...part } });
}

export const answered = (day) => state.days[day] ?? {};

/** Lets go of everything personal, but for what waits to be sent. */
export async function forget() {
  for (const key of PERSONAL) {
    state[key] = structuredClone(BLANK[key]);
    written[key] = (written[key] ?? 0) + 1;
    await drop(key);
  }
}
