// The only arithmetic with time: the service's time wins over a phone's wrong clock, also without a network.
import { change, state } from "./state.js";

const A_MOMENT_MS = 60_000; // a phone this near is right enough

export const now = () => Date.now() + state.clock.offset;
export const instant = () => new Date(now()).toISOString();
export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Learns the difference from an answer's Server-Time. */
export async function learn(answer) {
  const told = Date.parse(answer.headers.get("Server-Time") ?? "");
  if (Number.isNaN(told)) return;
  const apart = told - Date.now();
  const offset = Math.abs(apart) > A_MOMENT_MS ? apart : 0;
  if (Math.abs(offset - state.clock.offset) > A_MOMENT_MS / 2) await change("clock", { offset });
}

/** The day a moment counts to: it begins at `starts` minutes after local midnight. */
export function localDay(at, where, starts) {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: where, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(at);
  const part = Object.fromEntries(parts.map((each) => [each.type, each.value]));
  const day = `${part.year}-${part.month}-${part.day}`;
  return Number(part.hour) * 60 + Number(part.minute) < starts ? plusDays(day, -1) : day;
}

export function plusDays(day, count) {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + count);
  return at.toISOString().slice(0, 10);
}

export const daysBetween = (first, last) => Math.round((Date.parse(last) - Date.parse(first)) / 86_400_000);

/** Today here; never before the day that the service has reached. */
export function today() {
  const here = localDay(now(), zone(), state.me?.day_starts_at ?? 240);
  const reached = state.week?.routines[0]?.day;
  return reached && reached > here ? reached : here;
}
