// Things told by hand: steps, weight, a walk, breaks, lumbar support, treatments, a note. Each one small form.
import { now, today } from "../clock.js";
import { button, card, choices, field, go, h, link, notice, p, redraw, scale, screen, select } from "../dom.js";
import { routineOf } from "../day.js";
import { tell } from "../queue.js";
import { beep, buzz } from "../sound.js";
import { set, state } from "../state.js";
import { content, sync } from "../sync.js";
import { t } from "../words.js";

const POUND_KG = 0.45359237;
const WORKOUTS = ["cycling", "swimming", "core", "flexibility", "strength", "other"];
const TASKS = ["travel", "standing", "lifting", "other"];
const BREAKS = ["sitting", "standing"];
const forms = { steps, weight, walk, breaks, wear, therapy, workout, motor, note };

export async function render(which = "") {
  if (forms[which]) return forms[which]();
  return screen(t("more.log"), h("ul", { class: "menu" }, Object.keys(forms).map((name) => h("li", {}, link(t(`log.${name}`), `#/log/${name}`)))));
}

async function done(kind, body) {
  await tell(kind, body);
  sync();
  notice(t("log.saved"));
  go("#/today");
}

/** A form of named fields; `read` makes the entry's body of them. */
function form(title, kind, fields, read, hint) {
  const box = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      await done(kind, read(Object.fromEntries(new FormData(box))));
    },
  }, fields, h("button", { type: "submit", class: "main" }, t("end.save")));
  return screen(title, hint ? p(hint) : null, box, link(t("back"), "#/log", "quiet"));
}

const amount = (label, name, min, max, step = 1) => field(label, { name, type: "number", inputmode: "decimal", min, max, step, required: true });

function steps() {
  return form(t("log.steps"), "steps", [amount(t("log.steps_count"), "count", 0, 200000)], ({ count }) => ({ count: Number(count) }));
}

function weight() {
  const pounds = state.prefs.units === "imperial";
  return form(t("log.weight"), "weight", [amount(t(pounds ? "intake.weight_lb" : "intake.weight"), "value", pounds ? 45 : 20, pounds ? 880 : 400, "any")],
    ({ value }) => ({ kg: Math.round(value * (pounds ? POUND_KG : 1) * 10) / 10 }));
}

/** Counts a walk's minutes, also while the phone is in the pocket: only its beginning is kept. */
function walk() {
  const since = state.timers?.walk;
  if (!since) {
    const byHand = form("", "walk", [amount(t("log.minutes"), "minutes", 1, 1440)], ({ minutes }) => ({ minutes: Number(minutes) })).slice(1);
    return screen(t("log.walk"), button(t("log.walk_start"), async () => { await set("timers", { ...state.timers, walk: now() }); redraw(); }, "main"),
      h("details", {}, h("summary", {}, t("log.by_hand")), byHand));
  }
  const big = h("p", { class: "big", role: "timer" });
  const minutes = () => Math.max(1, Math.round((now() - since) / 60_000));
  const show = () => { big.textContent = t("log.min", { count: minutes() }); };
  show();
  const timer = setInterval(show, 10_000);
  const end = (leg) => async () => { const count = Math.min(1440, minutes()); await set("timers", { ...state.timers, walk: null }); await done("walk", { minutes: count, leg_stopped: leg }); };
  return { nodes: screen(t("log.walk"), big, button(t("log.walk_end"), end(false), "main"), button(t("log.walk_leg"), end(true)),
    button(t("cancel"), async () => { await set("timers", { ...state.timers, walk: null }); redraw(); }, "quiet")), onleave: () => clearInterval(timer) };
}

/** The phone's own break timer, while the app is open: no push and no network. */
function breaks() {
  const goals = routineOf(state.week, today()).routine?.goals?.breaks;
  const running = state.timers?.rest;
  const told = (exposure) => done("break", { exposure });
  if (!running) {
    return screen(t("log.breaks"), p(t("log.breaks_text")), BREAKS.map((name) => button(t(`breaks.${name}`, { count: goals?.[name]?.[0] ?? 30 }),
      async () => { await set("timers", { ...state.timers, rest: { name, due: now() + (goals?.[name]?.[0] ?? 30) * 60_000 } }); redraw(); }, "answer")),
    card(t("log.break_now"), BREAKS.map((name) => button(t(`breaks.did_${name}`), () => told(name)))), link(t("back"), "#/log", "quiet"));
  }
  const big = h("p", { class: "big", role: "timer" });
  let rang = false;
  const show = () => {
    const left = Math.ceil((running.due - now()) / 60_000);
    big.textContent = left > 0 ? t("log.min", { count: left }) : t("log.move");
    if (left <= 0 && !rang) { rang = true; beep(660, 0.4); buzz([200, 100, 200]); }
  };
  show();
  const timer = setInterval(show, 5_000);
  const stop = () => set("timers", { ...state.timers, rest: null });
  return { nodes: screen(t("log.breaks"), big, button(t("log.moved"), async () => { await stop(); await told(running.name); }, "main"), button(t("cancel"), async () => { await stop(); redraw(); }, "quiet")),
    onleave: () => clearInterval(timer) };
}

function wear() {
  const belt = routineOf(state.week, today()).routine?.goals?.belt;
  let task = "other";
  return [...form(t("log.wear"), "wear", [amount(t("log.minutes"), "minutes", 0, 1440), p(t("log.task")), choices(t("log.task"), TASKS.map((name) => [name, t(`task.${name}`)]), task, (value) => { task = value; }, "wrap")],
    ({ minutes }) => ({ minutes: Number(minutes), task }), belt?.minutes_week ? t("log.wear_most", { count: belt.minutes_week }) : t("log.wear_none")),
  card(t("belt.title"), p(t("belt.text")), button(t("belt.ask"), () => done("belt", { action: "ask" })),
    ["skin", "numbness", "breathlessness", "no_benefit"].map((problem) => button(t(`belt.${problem}`), () => done("belt", { action: "check", problem }))))];
}

async function therapy() {
  const known = (await content("/v1/library/modules"))?.therapies ?? [];
  if (!known.length) return screen(t("log.therapy"), p(t("away")), link(t("back"), "#/log", "quiet"));
  const told = { therapy: known[0].id };
  const hint = h("p", { class: "hint" }, known[0].note);
  return form(t("log.therapy"), "therapy", [
    select(t("log.which"), "therapy", known.map((each) => [each.id, each.name]), told.therapy, (id) => { told.therapy = id; hint.textContent = known.find((each) => each.id === id).note; }), hint,
    field(t("log.minutes"), { name: "minutes", type: "number", min: 0, max: 1440 }),
    p(t("log.before")), scale(t("log.before"), null, (value) => { told.before = value; }),
    p(t("log.after")), scale(t("log.after"), null, (value) => { told.after = value; }),
  ], ({ minutes }) => ({ ...told, ...(minutes ? { minutes: Number(minutes) } : {}) }));
}

function workout() {
  let activity = WORKOUTS[0];
  return form(t("log.workout"), "workout", [choices(t("log.which"), WORKOUTS.map((name) => [name, t(`workout.${name}`)]), activity, (value) => { activity = value; }, "wrap"), amount(t("log.minutes"), "minutes", 1, 1440)],
    ({ minutes }) => ({ activity, minutes: Number(minutes) }));
}

/** The weekly strength check, each leg by itself. */
function motor() {
  const legs = { left: { heel_walk: "ok", chair: "ok", raises: 10 }, right: { heel_walk: "ok", chair: "ok", raises: 10 } };
  const strength = ["ok", "weak", "cannot"].map((name) => [name, t(`strength.${name}`)]);
  const one = (side) => card(t(`side.${side}`), ["heel_walk", "chair"].map((name) => [p(t(`motor.${name}`)), choices(`${t(`side.${side}`)}: ${t(`motor.${name}`)}`, strength, "ok", (value) => { legs[side][name] = value; }, "wrap")]),
    field(t("motor.raises"), { name: `raises-${side}`, type: "number", min: 0, max: 10, value: 10, required: true }));
  return form(t("log.motor"), "motor", [one("left"), one("right")], (told) => {
    for (const side of ["left", "right"]) legs[side].raises = Number(told[`raises-${side}`]);
    return legs;
  }, t("motor.text"));
}

function note() {
  const words = h("div", { class: "field" }, h("label", { for: "f-text" }, t("log.note_label")), h("textarea", { id: "f-text", name: "text", rows: 5, maxlength: 2000, required: true }));
  return form(t("log.note"), "note", [words], ({ text }) => ({ text }), t("log.note_text"));
}
