// The day's check: pain this morning and the red-flag card on one screen, two taps on a stable day.
import { button, go, h, p, redraw, scale, screen } from "../dom.js";
import { tell } from "../queue.js";
import { note, set, state } from "../state.js";
import { sync } from "../sync.js";
import { longDay, t } from "../words.js";
import { beginAtOnce, morning } from "./today.js";

const SAME_MOST = 6; // "same as last time" in a row; then the number is asked for

let chosen = { day: null };

export function check(seen, day) {
  const { gate } = seen.routine;
  if (chosen.day !== day) chosen = { day, pain: null, leg: null, same: false };
  const again = state.asking ? h("div", { class: "card" }, p(t("check.unfinished")), h("a", { class: "button main", href: "#/help/ask" }, t("check.go_on"))) : null;
  const groups = Map.groupBy ? Map.groupBy(gate.items, (item) => item.screen) : grouped(gate.items);
  return screen(t("check.title"),
    h("p", { class: "hint" }, longDay(day)),
    again,
    h("section", { class: "card", "aria-label": t("morning.title") }, h("h2", {}, t("morning.title")), pain()),
    h("section", { class: "card flags" }, h("h2", {}, t("check.question")),
      [...groups].map(([title, items]) => [h("h3", {}, title), h("ul", {}, items.map((item) => h("li", {}, item.question)))])),
    h("div", { class: "two" },
      button(gate.answers.none_new, () => none(seen, day), "answer"),
      button(gate.answers.something_new, () => some(day), "answer")));
}

function pain() {
  const { last } = state;
  const box = h("div", {});
  const scales = () => box.replaceChildren(
    scale(t("morning.back"), chosen.pain, (value) => { chosen.pain = value; chosen.same = false; }),
    last.leg === 0 ? h("details", {}, h("summary", {}, t("morning.leg_too")), leg()) : leg());
  const leg = () => h("div", {}, p(t("morning.leg")), scale(t("morning.leg"), chosen.leg, (value) => { chosen.leg = value; }));
  const may = last.pain !== undefined && (last.same ?? 0) < SAME_MOST;
  if (!may) { scales(); return box; }
  const said = last.leg ? t("morning.same_leg", { pain: last.pain, leg: last.leg }) : t("morning.same", { pain: last.pain });
  const same = button(said, () => {
    Object.assign(chosen, { pain: last.pain, leg: last.leg ?? null, same: true });
    same.setAttribute("aria-pressed", "true");
  }, "same", { "aria-pressed": String(chosen.same) });
  box.append(same, button(t("morning.other"), scales, "quiet"));
  return box;
}

async function tellMorning(day) {
  if (chosen.pain === null) return;
  await morning(day, { pain: chosen.pain, leg: chosen.leg ?? (state.last.leg === 0 ? 0 : null), same: chosen.same });
}

async function none(seen, day) {
  const { gate } = seen.routine;
  await tell("checkin", { answers: {}, also: gate.also }, day);
  await note(day, { gate: { level: "none" }, again: false });
  await tellMorning(day);
  chosen = { day: null };
  sync();
  if (!(state.prefs.autostart && await beginAtOnce(seen, day))) redraw();
  scrollTo(0, 0);
}

async function some(day) {
  await tellMorning(day);
  await set("asking", { from: "gate", day, ticked: [], answers: {}, severe: [], step: "which" });
  go("#/help/ask");
}

function grouped(items) {
  const groups = new Map();
  for (const item of items) groups.set(item.screen, [...(groups.get(item.screen) ?? []), item]);
  return groups;
}
