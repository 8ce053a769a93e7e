// The day: what comes first is what the person needs first - help, the check, then the exercises.
import { daysBetween, today } from "../clock.js";
import { view } from "../day.js";
import { button, card, choices, figure, go, h, link, p, redraw, scale, screen } from "../dom.js";
import { opens, pick } from "../gate.js";
import { tell, waiting } from "../queue.js";
import { answered, change, note, set, state } from "../state.js";
import { sync } from "../sync.js";
import { has, longDay, number, t } from "../words.js";
import { check } from "./check.js";
import { inOneTap } from "./end.js";
import { locked } from "./locked.js";

export async function render() {
  const day = today();
  const told = answered(day);
  const seen = view({ week: state.week, day, told, lock: state.lock, contactDay: state.week?.day ?? null });
  const { routine } = seen;
  if (seen.kind === "unknown") {
    return screen(t("today.title"), p(t("today.fetching"), "lead"), button(t("try_again"), async () => { await sync(); redraw(); }, "main"));
  }
  if (seen.kind === "no_plan" && !state.me?.onboarded) {
    return screen(t("intake.welcome"), p(t("intake.lead"), "lead"), link(t(state.intake ? "intake.go_on" : "intake.begin"), "#/intake", "button main"), p(t("intake.minutes"), "hint"));
  }
  if (seen.kind === "locked" || seen.kind === "no_plan") return locked(seen);
  if (seen.kind === "gate") return check(seen, day);
  return open(seen, day, told);
}

async function open(seen, day, told) {
  const { routine } = seen;
  const held = (await waiting()).length;
  return screen(longDay(day),
    h("p", { id: "sent", class: "hint" }, held ? t("today.held") : t("today.sent")),
    soon(routine, seen),
    morningCard(day, told),
    state.run ? goOn(day) : session(seen, day, told),
    goals(routine),
    routine.cards?.map((each) => card(each.title, p(each.text))));
}

function soon(routine, seen) {
  const cards = routine.lock_cards?.filter((each) => opens(routine.gate, each.level)) ?? [];
  if (!cards.length && seen.soon) cards.push(routine.gate.advice.SOON);
  return cards.map((each) => card(each.title, p(each.now), each.notes?.map((line) => p(line))));
}

function morningCard(day, told) {
  if (told.morning) return null;
  return card(t("morning.title"), morningScale(async (pain) => { await morning(day, { pain }); redraw(); }));
}

export const morningScale = (picked) => scale(t("morning.title"), null, picked);

/** The morning's pain as an entry; `same`: answered by the one button "same as last time". */
export async function morning(day, { pain, leg, same = false }) {
  const body = { pain, ...(leg === undefined || leg === null ? {} : { leg }) };
  await tell("morning", body, day);
  await note(day, { morning: body });
  await change("last", { ...body, same: same ? (state.last.same ?? 0) + 1 : 0 });
  sync();
}

function goOn(day) {
  return card(t("run.title"), p(t("run.text", { exercise: state.run.steps[Math.min(state.run.index, state.run.steps.length - 1)].name })),
    link(t("run.go_on"), "#/session", "button main"), link(t("run.end"), "#/end", "button"),
    button(t("run.drop"), async () => { await set("run", null); redraw(); }, "quiet"));
}

/** What the published rules of choice ask for, as told on this phone. */
export function facts(seen, told, day) {
  const { moved } = state.last;
  return {
    soon: seen.soon, days_alone: seen.daysAway, flare: seen.routine.mode === "flare" || told.flare === true,
    pre: told.pre ?? told.morning?.pain, peak: told.session?.peak, stopped: told.stopped === true, bad_day: told.bad === true,
    ...(moved && daysBetween(moved.day, day) < 7 ? moved : {}), in_a_hurry: told.wish === "short",
  };
}

function session(seen, day, told) {
  const { routine } = seen;
  const chosen = pick(state.week.rules, routine.variants, facts(seen, told, day));
  const steps = routine.variants[chosen.variant] ?? [];
  if (!steps.length) return card(t("session.title"), p(t("session.none")));
  const minutes = Math.round(routine.minutes[chosen.variant]);
  const done = told.session;
  const rest = seen.kind === "rest" && !done && !told.anyway;
  if (rest) return card(t("rest.title"), p(t("rest.text")), button(t("rest.anyway"), async () => { await note(day, { anyway: true }); redraw(); }));
  if (seen.kind === "paused") return card(t("paused.title"), p(t("paused.text")));
  return h("section", { class: "card session" },
    h("h2", {}, done ? t("session.done") : t("session.title")),
    p(done ? t("session.done_text") : t("session.summary", { count: steps.length, minutes })),
    has(`why.${chosen.rule}`) ? p(t(`why.${chosen.rule}`), "hint") : null,
    done ? null : button(t("session.start"), () => begin(day, told, chosen.variant, steps), "main"),
    done ? null : wishes(routine, chosen, day, told),
    h("ol", { class: "steps" }, steps.map((step) => h("li", {}, figure(step.exercise, ""), h("div", {}, h("strong", {}, step.name), h("span", {}, dose(step)),
      h("details", {}, h("summary", {}, t("session.how")), h("ul", {}, step.cues.map((cue) => h("li", {}, cue))), p(step.why, "hint")))))),
    done || (told.pre ?? told.morning?.pain) === undefined ? null : h("div", {}, h("h3", {}, t("session.did_it")),
      inOneTap({ day, variant: chosen.variant, steps, hurt: [], pre: told.pre ?? told.morning.pain }, 1),
      link(t("end.worse"), `#/end/worse/${chosen.variant}`, "quiet")));
}

async function begin(day, told, variant, steps) {
  await set("run", { day, variant, steps, at: 0, index: 0, worked: 0, hurt: [], pre: told.pre ?? told.morning?.pain ?? null });
  go("#/session");
}

/** Begins what the day has without another tap, for those who want it so; true if it has begun. */
export async function beginAtOnce(seen, day) {
  const told = answered(day);
  const { routine } = seen;
  const { variant } = pick(state.week.rules, routine.variants, facts(seen, told, day));
  if (routine.status === "rest" || told.session || !routine.variants[variant]?.length) return false;
  await begin(day, told, variant, routine.variants[variant]);
  return true;
}

export const dose = (step) => step.hold_s && step.unit === "reps" ? t("session.hold", { dose: step.dose, seconds: step.hold_s }) : step.dose;

function wishes(routine, chosen, day, told) {
  if (chosen.rule && chosen.rule !== "CHOICE" && !told.bad) return null;
  const options = [["full", t("variant.full")], ["short", t("variant.short", { minutes: Math.round(routine.minutes.short ?? 0) })], ["calm", t("variant.calm")]].filter(([name]) => routine.variants[name]?.length);
  return choices(t("variant.label"), options, chosen.variant, async (wish) => {
    await note(day, { wish, bad: wish === "calm" });
    redraw();
  }, "pills");
}

function goals(routine) {
  const { steps, walk_minutes: walk } = routine.goals ?? {};
  if (!steps && !walk) return null;
  return card(t("goals.title"), steps ? p(t("goals.steps", { count: number(steps, 0) })) : null, walk ? p(t("goals.walk", { minutes: walk })) : null);
}
