// Locked is not abandoned: what to do now, whom to call, who will see it and when, and what holds until then.
import { callButton } from "../country.js";
import { card, h, link, p, screen } from "../dom.js";
import { waiting } from "../queue.js";
import { state } from "../state.js";
import { hour, moment, t } from "../words.js";

export async function locked(seen) {
  const { routine, lock } = seen;
  const advice = adviceOf(seen);
  const urgent = ["EMERGENCY", "URGENT"].includes(advice.level);
  return screen(advice.title,
    urgent ? callButton() : null,
    p(advice.now, "lead"),
    (advice.notes ?? []).map((line) => p(line)),
    (advice.cards ?? []).map((each) => card(each.title, p(each.text))),
    await told(routine, lock),
    until(advice),
    link(t("locked.show"), "#/show", "button"),
    lock ? null : link(t("locked.seen"), "#/help/seen", "button"),
    urgent ? null : callButton());
}

/** The worst card: what this phone has raised, else what the service says. */
export function adviceOf({ routine, lock }) {
  const gate = routine?.gate;
  if (lock) {
    const advice = gate?.advice[lock.level] ?? { level: lock.level, title: t("locked.title"), now: t("locked.now"), until: {}, notes: [], cards: [] };
    return { ...advice, notes: lock.flags.map((each) => each.until) };
  }
  return routine.lock_cards?.[0] ?? routine.lock ?? gate.advice[routine.level ?? "NO_PLAN"] ?? gate.advice.NO_PLAN;
}

const PARTS = ["walking", "work", "driving", "sleep", "medicines"];
export const until = (advice) => card(t("locked.until"), h("dl", {}, PARTS.filter((part) => advice.until?.[part]).map((part) => [h("dt", {}, t(`until.${part}`)), h("dd", {}, advice.until[part])])));

async function told(routine, lock) {
  const found = routine?.told;
  if (lock && !lock.told && (await waiting()).length) return card(t("told.title"), p(t("told.not_yet")));
  if (!found) return lock ? card(t("told.title"), p(t("told.sent"))) : null;
  const lines = found.steps.map((step) => step.sent_at
    ? t("told.step_sent", { name: step.name, at: moment(step.sent_at) })
    : t("told.step", { name: step.name, at: moment(step.since) }));
  if (found.seen_at) lines.push(t("told.seen", { name: found.seen_by ?? found.clinic, at: moment(found.seen_at) }));
  else if (found.next) lines.push(t("told.next", { name: found.next.name, at: hour(found.next.at) }));
  if (!found.seen_at) lines.push(t("told.do_not_wait"));
  return card(t("told.title"), lines.length ? lines.map((line) => p(line)) : p(t("told.clinic", { clinic: found.clinic })));
}
