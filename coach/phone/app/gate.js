// The gate of the day by the table that came with the routine: no network, no page, no clock. The service does the
// same in programs/triage.py, and decides in the end.

export const LEVELS = ["none", "SOON", "unanswered", "NO_PLAN", "SOON_HOLD", "URGENT", "EMERGENCY"];
/** Pain before a session from which only the calm one is offered; days without contact after which it is so as well. */
export const CALM_PRE = 7, CONTACT_DAYS = 7;

export const worst = (levels) => LEVELS[Math.max(0, ...levels.map((level) => LEVELS.indexOf(level)))];

/** The level of one answer; "not sure" on a second day counts as yes, whether the service has heard the first or not. */
export function levelOf(question, answer, { severe = false, unsureBefore = false } = {}) {
  const { levels } = question;
  if (answer === "yes" && severe && levels.severe) return levels.severe;
  if (answer === "unsure" && unsureBefore && levels.unsure === "unanswered") return levels.yes;
  return levels[answer] ?? "none";
}

/**
 * What a whole card of answers means: `{ level, flags, again }`. `unsure`: flag -> an earlier day it was unsure on.
 * A flag the table does not know (a newer card of another phone) never opens anything.
 */
export function judge(gate, answers, severe = [], unsure = {}, day = "") {
  const known = Object.fromEntries(gate.items.map((item) => [item.flag, item]));
  const found = Object.entries({ ...answers, ...Object.fromEntries(severe.map((flag) => [flag, "yes"])) }).map(([flag, answer]) => ({
    flag,
    level: known[flag]
      ? levelOf(known[flag], answer, { severe: severe.includes(flag), unsureBefore: (unsure[flag] ?? day) < day })
      : answer === "no" ? "none" : "unanswered",
  }));
  return {
    level: worst(found.map((each) => each.level)),
    flags: found.filter((each) => !["none", "unanswered"].includes(each.level)),
    again: found.filter((each) => each.level === "unanswered").map((each) => each.flag),
  };
}

export const opens = (gate, level) => gate.open_levels.includes(level);

/** Which variant a phone takes at once, and why. `facts` as told today; `wish` is what the person would rather have. */
export function pick(variants, facts, wish = "full") {
  const calm = [
    ["contact", facts.daysAway >= CONTACT_DAYS],
    ["soon", Boolean(facts.soon)], // level 1 only: the calm one holds nothing else
    ["bad_day", Boolean(facts.badDay)],
    ["stopped", Boolean(facts.stopped)],
    ["pain", (facts.pre ?? 0) >= CALM_PRE],
  ].find(([, holds]) => holds);
  if (calm) return { variant: "calm", why: calm[0] };
  if (facts.legDown) return { variant: variants.neutral ? "neutral" : "calm", why: "leg" };
  return { variant: variants[wish] ? wish : "full", why: null };
}
