// The gate of the day by the table that came with the routine: no network, no page, no clock. The service does the
// same in programs/triage.py, and decides in the end.

export const LEVELS = ["none", "SOON", "unanswered", "NO_PLAN", "SOON_HOLD", "URGENT", "EMERGENCY"];

export const worst = (levels) => LEVELS[Math.max(0, ...levels.map((level) => LEVELS.indexOf(level)))];

/** The level of one answer; "not sure" on a second day counts as yes, whether the service has heard the first or not. */
export function levelOf(question, answer, { severe = false, unsureBefore = false } = {}) {
  const { levels } = question;
  if (answer === "yes" && severe && levels.severe) return levels.severe;
  if (answer === "unsure" && unsureBefore) return levels.unsure_again ?? levels.unsure;
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

/**
 * Which variant a phone takes at once, by the rules that came with the week: the first whose tests all hold. What nobody
 * told matches nothing. A SOON that this phone raised itself leaves the calm one: exercises of level 1 and no others.
 */
export function pick(rules, variants, facts) {
  const holds = ({ input, at_least: least }) => (least === null ? facts[input] === true : (facts[input] ?? -Infinity) >= least);
  const last = facts.soon ? { variant: "calm", rule: "SOON" } : { variant: rules.otherwise, rule: "" };
  const found = rules.rules.find((rule) => rule.tests.every(holds)) ?? { ...last, ask_again: false };
  const { variant, rule, ask_again } = found;
  return { variant: variants[variant] ? variant : rules.missing[variant] ?? rules.otherwise, rule, ask_again };
}
