// The first questions: one thing a screen, each answer on disk at once, so that it can be gone on with at any time.
import { Away, Refused, call } from "../api.js";
import { plusDays, today } from "../clock.js";
import { button, card, choices, field, go, h, link, p, redraw, scale, screen, ticks } from "../dom.js";
import { bodyMap } from "../body.js";
import { change, set, state } from "../state.js";
import { page, sync } from "../sync.js";
import { t } from "../words.js";

const SINCE = [["days", 3], ["weeks", 10], ["month", 28], ["quarter", 60], ["year", 200], ["years", 800]]; // days ago
const DIAGNOSES = ["RAD", "STEN", "SPLI", "OSTP", "BAL", "HTN"];
const EVENTS = ["pregnant", "birth", "surgery"];
const WORK = { sit: [7, 1, 0], stand: [1, 7, 1], bend: [1, 3, 4], mixed: [3, 3, 1], none: [0, 0, 0] }; // hours sitting, standing, bending
const THINGS = ["mat", "chair", "wall", "pillow", "bed", "step", "band", "stick", "weight"];
const MINUTES = [10, 15, 20, 30, 45];
const PROVOKED = [0, 15, 45, 90]; // minutes that leg pain lasts
const POUND_KG = 0.45359237, INCH_CM = 2.54;

const draft = () => state.intake ?? { step: 0, facts: {}, flags: {}, severe: [], diagnoses: [], events: [], things: ["mat", "chair", "wall"], places: [] };
const keep = (part) => set("intake", { ...draft(), ...part });
const keepFacts = (facts) => keep({ facts: { ...draft().facts, ...facts } });

export async function render(part = "") {
  if (part === "done") return done();
  const asked = await page("/v1/me/intake");
  if (!asked) return screen(t("intake.welcome"), p(t("intake.needs_network"), "lead"), button(t("try_again"), redraw, "main"));
  if (asked.answered) { await set("intake", null); go("#/today"); return screen(t("intake.welcome")); }
  const steps = stepsOf(draft(), asked);
  const at = Math.min(draft().step, steps.length - 1);
  const { title, inside, ready } = steps[at];
  const wrong = h("p", { class: "wrong", role: "alert" });
  const next = button(t("next"), async () => {
    const problem = ready?.();
    wrong.textContent = problem ?? "";
    if (!problem) { await keep({ step: at + 1 }); redraw(); scrollTo(0, 0); }
  }, "main");
  return screen(title,
    h("progress", { max: steps.length, value: at, "aria-label": t("intake.progress", { at: at + 1, count: steps.length }) }),
    inside(),
    wrong,
    steps[at].own ? null : next,
    at ? button(t("back"), async () => { await keep({ step: at - 1 }); redraw(); }, "quiet") : null);
}

/** Which questions of the safety screen are for this person. */
export function questionsFor(asked, { diagnoses, events }) {
  const has = new Set([...diagnoses, ...(events.includes("pregnant") ? ["PREG"] : []), ...(events.includes("birth") ? ["POST"] : []), ...(events.includes("surgery") ? ["SURG"] : [])]);
  return asked.questions.filter((each) => !each.only_if.length || each.only_if.some((condition) => has.has(condition)));
}

function stepsOf(now, asked) {
  const { facts } = now;
  const leg = (facts.leg ?? 0) > 0 || (facts.location ?? 0) > 0;
  const screens = [...new Set(questionsFor(asked, now).map((each) => each.screen))];
  return [
    { title: t("intake.you"), inside: you, ready: () => readYou() },
    { title: t("intake.where"), inside: where, ready: () => (draft().places.length ? null : t("intake.where_first")) },
    { title: t("intake.pain"), inside: pain, ready: () => (["back_average", "back_worst", "leg"].every((name) => draft().facts[name] !== undefined) ? null : t("intake.all_first")) },
    { title: t("intake.since"), inside: since, own: true },
    { title: t("intake.known"), inside: known },
    { title: t("intake.events"), inside: events, ready: () => readEvents() },
    ...screens.map((name) => ({ title: name, inside: () => flags(name, asked), own: true })),
    ...(leg ? [{ title: t("intake.leg"), inside: legs }] : []),
    { title: t("intake.work"), inside: work, own: true },
    { title: t("intake.things"), inside: things },
    { title: t("intake.time"), inside: minutes, own: true },
    { title: t("intake.ready"), inside: () => send(asked), own: true },
  ];
}

const onwards = async (part) => { await keep({ ...part, step: draft().step + 1 }); redraw(); scrollTo(0, 0); };

function you() {
  const { facts } = draft();
  const imperial = state.prefs.units === "imperial";
  return [
    field(t("intake.age"), { name: "age", type: "number", inputmode: "numeric", min: 0, max: 120, value: facts.age ?? "" }),
    choices(t("settings.units"), [["metric", "kg, cm"], ["imperial", "lb, in"]], state.prefs.units, async (units) => { readYou(); await change("prefs", { units }); redraw(); }, "pills"),
    field(t(imperial ? "intake.height_in" : "intake.height"), { name: "height", type: "number", inputmode: "decimal", step: "any", value: facts.height_cm ? round(imperial ? facts.height_cm / INCH_CM : facts.height_cm) : "" }),
    field(t(imperial ? "intake.weight_lb" : "intake.weight"), { name: "weight", type: "number", inputmode: "decimal", step: "any", value: facts.weight_kg ? round(imperial ? facts.weight_kg / POUND_KG : facts.weight_kg) : "" }, t("intake.optional")),
  ];
}
const round = (value) => Math.round(value * 10) / 10;

function readYou() {
  const of = (name) => { const text = document.getElementById(`f-${name}`)?.value; return text ? Number(text) : null; };
  const imperial = state.prefs.units === "imperial";
  const age = of("age"), height = of("height"), weight = of("weight");
  const found = {
    age, height_cm: height && round(imperial ? height * INCH_CM : height), weight_kg: weight && round(imperial ? weight * POUND_KG : weight),
  };
  keepFacts(found);
  if (age === null || age < 0 || age > 120) return t("intake.age_wrong");
  if (!found.height_cm || found.height_cm < 100 || found.height_cm > 250) return t("intake.height_wrong");
  if (found.weight_kg && (found.weight_kg < 20 || found.weight_kg > 400)) return t("intake.weight_wrong");
  return null;
}

function where() {
  const places = new Set(draft().places);
  return [p(t("intake.where_text")), bodyMap(places, () => keep({
    places: [...places], facts: { ...draft().facts, location: Math.max(0, ...[...places].map((place) => Number(place[0]))) },
  }))];
}

function pain() {
  const { facts } = draft();
  const one = (name) => card(t(`pain.${name}`), scale(t(`pain.${name}`), facts[name] ?? null, (value) => keepFacts({ [name]: value })));
  return [p(t("intake.last_week")), one("back_average"), one("back_worst"), one("leg")];
}

const since = () => h("div", { class: "stack" }, SINCE.map(([name, days]) =>
  button(t(`since.${name}`), () => onwards({ facts: { ...draft().facts, episode_day: plusDays(today(), -days) } }), "answer")));

function known() {
  const chosen = new Set([...draft().diagnoses, ...(draft().facts.cancer_ever ? ["cancer"] : [])]);
  const options = [...DIAGNOSES, "cancer"].map((name) => [name, t(`diagnosis.${name}`)]);
  return [p(t("intake.known_text")), ticks(options, chosen, () => keep({
    diagnoses: DIAGNOSES.filter((name) => chosen.has(name)), facts: { ...draft().facts, cancer_ever: chosen.has("cancer") },
  })), p(t("intake.known_none"), "hint")];
}

function events() {
  const chosen = new Set(draft().events);
  const { facts } = draft();
  const details = h("div", {});
  const fill = () => details.replaceChildren(...[
    chosen.has("pregnant") ? field(t("intake.week"), { name: "week", type: "number", inputmode: "numeric", min: 1, max: 43, value: facts.week ?? "" }) : null,
    chosen.has("birth") ? h("div", {}, field(t("intake.birth_day"), { name: "birth_day", type: "date", max: today(), value: facts.birth_day ?? "" }),
      choices(t("intake.birth_mode"), [["vaginal", t("birth.vaginal")], ["caesarean", t("birth.caesarean")]], facts.birth_mode ?? null, (mode) => keepFacts({ birth_mode: mode }), "pills")) : null,
    chosen.has("surgery") ? h("div", {}, field(t("intake.surgery_day"), { name: "surgery_day", type: "date", max: today(), value: facts.surgery_day ?? "" }),
      p(t("intake.cleared")), choices(t("intake.cleared"), [[true, t("yes")], [false, t("no")]], facts.cleared ?? null, (cleared) => keepFacts({ cleared }), "pills")) : null,
  ].filter(Boolean));
  fill();
  return [ticks(EVENTS.map((name) => [name, t(`event.${name}`)]), chosen, async () => { await keep({ events: [...chosen] }); fill(); }), details, p(t("intake.known_none"), "hint")];
}

function readEvents() {
  const value = (name) => document.getElementById(`f-${name}`)?.value || undefined;
  const { events: ticked, facts } = draft();
  const told = { week: value("week"), birth_day: value("birth_day"), surgery_day: value("surgery_day") };
  keepFacts(told);
  const missing = (ticked.includes("pregnant") && !(told.week >= 1 && told.week <= 43))
    || (ticked.includes("birth") && !(told.birth_day && facts.birth_mode))
    || (ticked.includes("surgery") && !(told.surgery_day && facts.cleared !== undefined));
  return missing ? t("intake.all_first") : null;
}

/** One group of safety questions: two equal buttons; details only if something fits. */
function flags(name, asked) {
  const items = questionsFor(asked, draft()).filter((each) => each.screen === name);
  const none = Object.fromEntries(items.map((each) => [each.flag, "no"]));
  return [
    h("section", { class: "card flags" }, h("h2", {}, t("intake.fits")), h("ul", {}, items.map((each) => h("li", {}, each.question)))),
    h("div", { class: "two" },
      button(t("intake.none_fits"), () => onwards({ flags: { ...draft().flags, ...none } }), "answer"),
      button(t("intake.some_fits"), async () => {
        await keep({ flags: { ...draft().flags, ...none } });
        await set("asking", { from: "intake", screen: name, day: today(), ticked: [], answers: {}, severe: [], step: "which" });
        go("#/help/ask");
      }, "answer")),
  ];
}

function legs() {
  const { facts } = draft();
  const lasts = PROVOKED.map((minutes) => [minutes, t(`provoked.${minutes}`)]);
  return [
    card(t("intake.provoked"), choices(t("intake.provoked"), lasts, facts.provoked_minutes ?? null, (value) => keepFacts({ provoked_minutes: value }), "wrap")),
    card(t("intake.nights"), choices(t("intake.nights"), [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [n, String(n)]), facts.sleep_lost_nights ?? null, (value) => keepFacts({ sleep_lost_nights: value }), "scale")),
    card(t("intake.eased"), choices(t("intake.eased"), [[true, t("yes")], [false, t("no")]], facts.eased_by_sitting ?? null, (value) => keepFacts({ eased_by_sitting: value }), "pills")),
  ];
}

const work = () => h("div", { class: "stack" }, Object.entries(WORK).map(([name, [sit_h, stand_h, bend_h]]) =>
  button(t(`work.${name}`), () => onwards({ facts: { ...draft().facts, sit_h, stand_h, bend_h } }), "answer")));

function things() {
  const chosen = new Set(draft().things);
  return [p(t("intake.things_text")), ticks(THINGS.map((name) => [name, t(`thing.${name}`)]), chosen, () => keep({ things: [...chosen] }))];
}

const minutes = () => h("div", { class: "stack" }, MINUTES.map((count) =>
  button(t("intake.per_session", { count }), () => onwards({ facts: { ...draft().facts, minutes: count } }), "answer")));

function send(asked) {
  const wrong = h("p", { class: "wrong", role: "alert" });
  return [p(t("intake.ready_text"), "lead"), wrong, button(t("intake.send"), async () => {
    try {
      const plan = await call("PUT", "/v1/me/intake", answers(asked));
      const { facts } = draft();
      await set("last", { leg: facts.leg, loc: facts.location });
      await set("pages", { ...state.pages, "/v1/me/plan": plan });
      await set("intake", null);
      await sync();
      go("#/intake/done");
    } catch (error) {
      if (error instanceof Away) wrong.textContent = t("away");
      else if (error instanceof Refused && error.status === 409) { await sync(); go("#/today"); }
      else if (error instanceof Refused) wrong.textContent = [error.message, ...Object.entries(error.fields).map((each) => each.join(": "))].join(" ");
      else throw error;
    }
  }, "main")];
}

function answers(asked) {
  const { facts, flags: told, severe, diagnoses, events: ticked, things: equipment } = draft();
  const { week, birth_day: birthDay, birth_mode: mode, surgery_day: surgeryDay, cleared, ...plain } = facts;
  const body = { ...plain, diagnoses, equipment, severe, red_flags: { ...Object.fromEntries(asked.questions.map((each) => [each.flag, "no"])), ...told } };
  if (ticked.includes("pregnant")) body.pregnancy_day = plusDays(today(), -7 * Number(week));
  if (ticked.includes("birth")) body.birth = { day: birthDay, mode };
  if (ticked.includes("surgery")) body.surgery = { day: surgeryDay, cleared };
  return body;
}

function done() {
  const plan = state.pages["/v1/me/plan"];
  return screen(t("intake.done"),
    plan?.program ? card(plan.program.name, p(plan.program.summary), p(plan.program.because)) : null,
    plan?.cards?.map((each) => card(each.title, p(each.now))),
    plan?.safety_card ? card(plan.safety_card.title, p(plan.safety_card.text)) : null,
    link(t("intake.to_today"), "#/today", "button main"));
}
