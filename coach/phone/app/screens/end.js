// The end of a session in one tap: nothing got worse, and it was too easy, right or too hard. Details only if it did.
import { today } from "../clock.js";
import { routineOf } from "../day.js";
import { button, card, choices, go, h, link, p, redraw, scale, screen, ticks } from "../dom.js";
import { pick } from "../gate.js";
import { share } from "../player.js";
import { tell } from "../queue.js";
import { answered, change, note, set, state } from "../state.js";
import { sync } from "../sync.js";
import { t } from "../words.js";

const EFFORT = { easy: 3, right: 5, hard: 8 }; // on the scale of 0-10 that the service knows
const LASTED = [["short", 5], ["half", 20], ["long", 60]]; // minutes
const PLACES = [0, 1, 2, 3, 4];

export async function render(way = "", variant = "full") {
  const day = state.run?.day ?? today();
  const { routine } = routineOf(state.week, day);
  const told = answered(day);
  const steps = state.run?.steps ?? routine?.variants[variant] ?? [];
  const run = state.run ?? { day, variant, steps, worked: Infinity, hurt: [], pre: told.pre ?? told.morning?.pain ?? null };
  const draft = { pre: run.pre, peak: null, leg: null, place: null, lasted: null, effort: null, hurt: new Set(run.hurt) };
  const done = share(steps, run.worked);
  if (run.pre === null) {
    return screen(t("session.before"), scale(t("session.before"), null, async (pre) => { await note(day, { pre }); if (state.run) await set("run", { ...state.run, pre }); redraw(); }));
  }
  if (way === "stopped" || way === "worse" || run.stopped) return worse(run, draft, done, Boolean(run.stopped || way === "stopped"), steps);
  return screen(t("end.title"),
    done < 1 ? p(t("end.part", { percent: Math.round(done * 100) })) : null,
    card(t("end.not_worse"), p(t("end.it_was")), inOneTap(run, done)),
    link(t("end.worse"), `#/end/worse/${run.variant}`, "button"));
}

/** Nothing got worse, and it was ...: a whole session told by one tap. Needs the pain before. */
export function inOneTap(run, done) {
  const same = { peak: run.pre, leg: state.last.leg ?? null, place: state.last.loc ?? (state.last.leg === 0 ? 0 : null) };
  const was = (effort) => button(t(`end.${effort}`), () => finish(run, { ...same, effort, done, hurt: run.hurt, lasted: null }), "answer");
  return h("div", { class: "three" }, was("easy"), was("right"), was("hard"));
}

function worse(run, draft, done, stopped, steps) {
  const leg = state.last.leg !== 0 || state.last.leg === undefined;
  const problem = h("p", { class: "wrong", role: "alert" });
  const legPart = h("div", {},
    p(t("end.leg")), scale(t("end.leg"), null, (value) => { draft.leg = value; }),
    p(t("end.place")), choices(t("end.place"), PLACES.map((place) => [place, t(`place.${place}`)]), null, (value) => { draft.place = value; }, "wrap"),
    p(t("end.lasted")), choices(t("end.lasted"), LASTED.map(([name, minutes]) => [minutes, t(`lasted.${name}`)]), null, (value) => { draft.lasted = value; }, "wrap"));
  return screen(t(stopped ? "end.stopped" : "end.worse"),
    card(t("end.peak"), scale(t("end.peak"), null, (value) => { draft.peak = value; })),
    leg ? card(t("end.leg_title"), legPart) : h("details", { class: "card" }, h("summary", {}, t("end.leg_too")), legPart),
    steps.length ? card(t("end.which"), ticks(steps.map((step) => [step.exercise, step.name]), draft.hurt)) : null,
    card(t("end.effort"), choices(t("end.effort"), Object.keys(EFFORT).map((name) => [name, t(`end.${name}`)]), null, (value) => { draft.effort = value; }, "wrap")),
    problem,
    button(t("end.save"), async () => {
      if (draft.peak === null) { problem.textContent = t("end.peak_first"); return; }
      await finish(run, { ...draft, peak: Math.max(draft.peak, run.pre), hurt: [...draft.hurt], done, stopped });
    }, "main"));
}

async function finish(run, { peak, effort, leg, place, done, hurt, lasted, stopped = false }) {
  const before = { leg: state.last.leg, loc: state.last.loc ?? (state.last.leg === 0 ? 0 : undefined) };
  const body = { pre: run.pre, peak, done: stopped ? Math.min(done, 0.99) : done, variant: run.variant, hurt: hurt.slice(0, 30), stopped };
  if (effort) body.rpe = EFFORT[effort];
  if (before.leg !== undefined && before.leg !== null) Object.assign(body, { leg_pre: before.leg }, leg === null ? {} : { leg_post: leg });
  if (before.loc !== undefined && before.loc !== null) Object.assign(body, { loc_pre: before.loc }, place === null ? {} : { loc_post: place });
  if (lasted !== null) Object.assign(body, { leg_minutes: lasted, loc_minutes: lasted });
  const moved = {
    day: run.day, moved_down: place === null || before.loc === undefined ? null : place - before.loc, moved_down_minutes: lasted,
    leg_rise: leg === null || before.leg === undefined ? null : leg - before.leg, leg_rise_minutes: lasted,
  };
  if (moved.moved_down > 0 && hurt.length === 1) [body.by] = hurt;
  await tell("session", body, run.day);
  await change("last", { moved, ...(place === null ? {} : { loc: place }) });
  await note(run.day, { session: { peak, effort, variant: run.variant } });
  const { routine } = routineOf(state.week, run.day);
  const next = routine && pick(state.week.rules, routine.variants, { peak, ...moved });
  if (next?.ask_again && !stopped) await note(run.day, { again: true }); // the card once more; a stop has asked it already
  await set("run", null);
  sync();
  go("#/today");
}
