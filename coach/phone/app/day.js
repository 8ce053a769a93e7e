// What the day looks like here and now, from what the phone holds: a pure function of its arguments.
import { daysBetween } from "./clock.js";
import { opens } from "./gate.js";

/** The routine of a day; for a day beyond the fetched week the last one of it, which then is `stale`. */
export function routineOf(week, day) {
  const routines = week?.routines ?? [];
  const found = routines.find((each) => each.day === day);
  return { routine: found ?? routines.at(-1) ?? null, stale: !found && routines.length > 0 };
}

/**
 * `kind`: unknown (nothing was ever fetched), locked, no_plan, paused, gate, rest, open.
 * A lock raised on this phone outranks every routine it holds; so does a lock in any routine it fetched.
 */
export function view({ week, day, told, lock, contactDay }) {
  const { routine, stale } = routineOf(week, day);
  if (!routine) return lock ? { kind: "locked", routine: null, lock } : { kind: "unknown", routine: null };
  const { gate } = routine;
  const facts = { routine, stale, daysAway: contactDay ? Math.max(0, daysBetween(contactDay, day)) : Infinity };
  if (lock && !opens(gate, lock.level)) return { ...facts, kind: "locked", lock };
  if (routine.status === "locked" || routine.status === "no_plan") return { ...facts, kind: routine.status };
  if (routine.status === "paused") return { ...facts, kind: "paused" };
  const answered = told.again ? false : told.gate ? opens(gate, told.gate.level) : gate.answered && !stale;
  if (!answered) return { ...facts, kind: "gate" };
  return { ...facts, kind: routine.status === "rest" ? "rest" : "open", soon: lock?.level === "SOON" };
}
