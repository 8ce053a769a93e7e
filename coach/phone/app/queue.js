// What the person has told waits here, on disk, until the service has answered for each entry by itself.
import { Away, call } from "./api.js";
import { instant, now, today, zone } from "./clock.js";
import { set, state } from "./state.js";
import { dequeue, enqueue, queued } from "./store.js";

const AT_ONCE = 100; // entries in one request
const KEPT_REFUSED = 20;
const memory = new Map(); // what a full disk did not take

/** Keeps one entry; its id is made here once, so that sending it twice is the same entry. */
export async function tell(kind, body, day = today()) {
  const entry = { id: crypto.randomUUID(), occurred_at: instant(), zone: zone(), local_day: day, kind, body };
  await keep({ id: entry.id, entry, owner: state.me?.id ?? null });
  return entry;
}

async function keep(item) {
  try {
    await enqueue(item);
    memory.delete(item.id);
  } catch {
    await caches.delete("content"); // drawings can be fetched again
    try { await enqueue(item); } catch {
      memory.set(item.id, item);
      dispatchEvent(new Event("storage-full"));
    }
  }
}

/** Everything that waits, of the person who is signed in, in the order in which it was told. */
export async function waiting() {
  const stored = await queued().catch(() => []);
  const all = new Map([...stored.map((item) => [item.id, item]), ...memory]);
  const mine = [...all.values()].filter((item) => !item.refused && (item.owner === null || item.owner === state.me?.id));
  return mine.sort((a, b) => a.entry.occurred_at.localeCompare(b.entry.occurred_at));
}

/** How much waits on this phone, whoever told it. */
export const held = async () => (await queued().catch(() => [])).filter((item) => !item.refused).length + memory.size;

/** What the service would not take, with the reason by field. */
export const refused = async () => (await queued()).filter((item) => item.refused && item.owner === state.me?.id);
export const letGo = (id) => dequeue(id);

/**
 * Sends what waits; the last answer, or null where nothing waited. One sender over all tabs: two would not hurt, but
 * would double the work. An answer decides for each entry: stored, same and conflict are done, later waits.
 */
export function send() {
  return navigator.locks.request("send", async () => {
    let last = null;
    for (;;) {
      const items = (await waiting()).slice(0, AT_ONCE);
      if (!items.length) return last;
      last = await call("POST", "/v1/me/entries", { entries: items.map((item) => item.entry) });
      let done = 0;
      for (const [index, result] of last.results.entries()) done += await settle(items[index], result);
      if (!done) throw new Away("later");
    }
  });
}

async function settle(item, result) {
  if (result.status === "later") return 0;
  if (result.status === "invalid") {
    if (result.errors?.occurred_at && !item.retimed) { // told by a clock that ran ahead: it is of now
      const mended = { ...item.entry, occurred_at: instant(), local_day: today() };
      await keep({ ...item, entry: mended, retimed: true });
      return 1;
    }
    await keep({ ...item, refused: result.errors ?? {}, at: now() });
    const old = (await refused()).sort((a, b) => b.at - a.at).slice(KEPT_REFUSED);
    for (const each of old) await dequeue(each.id);
    return 1;
  }
  memory.delete(item.id);
  await dequeue(item.id);
  if (state.lock?.entries.includes(item.id)) await set("lock", { ...state.lock, told: true });
  return 1;
}
