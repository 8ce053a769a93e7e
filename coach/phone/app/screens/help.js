// "Something is wrong", one tap from everywhere: the number to call, the safety card, and telling us what is new.
import { callButton } from "../country.js";
import { instant, today } from "../clock.js";
import { routineOf } from "../day.js";
import { button, card, field, go, h, link, notice, p, redraw, screen, ticks } from "../dom.js";
import { judge, levelOf, opens, worst } from "../gate.js";
import { tell } from "../queue.js";
import { note, set, state } from "../state.js";
import { fetchCard, sync } from "../sync.js";
import { language, t } from "../words.js";
import { questionsFor } from "./intake.js";

const gateNow = () => routineOf(state.week, today()).routine?.gate;

/** The table to judge by: the day's, or of the first questions those of one group, with the day's texts. */
function table(asking) {
  const gate = gateNow();
  const asked = state.pages["/v1/me/intake"];
  if (asking?.from !== "intake" || !asked) return gate;
  const items = questionsFor(asked, state.intake).filter((each) => each.screen === asking.screen);
  return { ...gate, items, answers: { ...gate.answers, ...asked.answers }, also: [] };
}

export async function render(part = "") {
  if (part === "ask" && gateNow()) return ask();
  if (part === "seen") return seen();
  if (!state.card || state.card.locale !== language()) await fetchCard().catch(() => undefined);
  const net = state.card?.card ?? gateNow()?.safety_net;
  return screen(t("help.title"),
    callButton(),
    net ? card(net.title, p(net.text)) : p(t("help.no_card")),
    state.tokens && gateNow() ? card(t("help.new"), p(t("help.new_text")), button(t("help.tell"), () => begin("help"), "main")) : null,
    state.tokens ? card(t("help.flare"), p(t("help.flare_text")), button(t("help.bad_day"), badDay), button(t("help.flare_tell"), flare)) : null,
    link(t("locked.show"), "#/show", "button"));
}

export async function begin(from) {
  await set("asking", { from, day: today(), ticked: [], answers: {}, severe: [], step: "which" });
  go("#/help/ask");
}

async function badDay() {
  await note(today(), { bad: true, wish: "calm" });
  notice(t("help.bad_day_done"));
  go("#/today");
}

async function flare() {
  await tell("flare", {});
  await note(today(), { flare: true });
  sync();
  notice(t("help.flare_done"));
  go("#/today");
}

const HOME = { session: "#/end/stopped", intake: "#/intake", gate: "#/today", help: "#/today" };

/** One question at a time; each answer is on disk before the next is asked. */
async function ask() {
  const asking = state.asking ?? { from: "help", day: today(), ticked: [], answers: {}, severe: [], step: "which" };
  const gate = table(asking);
  const item = gate.items.find((each) => each.flag === asking.step.split(" ")[1]);
  const next = async (changes) => { await set("asking", { ...asking, ...changes }); redraw(); };
  const onwards = (answers, severe = asking.severe) => {
    const left = asking.ticked.find((flag) => !(flag in answers));
    return next({ answers, severe, step: left ? `answer ${left}` : "done" });
  };
  if (asking.step === "done") return finish(asking, gate);
  if (asking.step === "which" || !item) return which(asking, gate, next);
  const [step, flag] = asking.step.split(" ");
  const answer = (value) => async () => {
    const level = levelOf(item, value, { unsureBefore: (state.unsure[flag] ?? asking.day) < asking.day });
    if (value === "no" || value === "known") return onwards({ ...asking.answers, [flag]: value });
    if (value === "unsure" && level === "unanswered") {
      if (step === "answer") return next({ step: `plainer ${flag}` });
      await set("unsure", { [flag]: asking.day, ...state.unsure });
      return onwards({ ...asking.answers, [flag]: "unsure" });
    }
    if (value === "yes" && item.severe && step !== "severe") return next({ step: `severe ${flag}` });
    return next({ step: `sure ${flag} ${value}` });
  };
  const worse = (yes) => () => next({ step: `sure ${flag} yes ${yes ? "severe" : ""}` });
  if (step === "severe") return [...question(item.severe, [[gate.answers.yes, worse(true)], [gate.answers.unsure, worse(true)], [gate.answers.no, worse(false)]]), back(next)];
  if (step === "sure") return sure(asking, gate, item, next, onwards);
  const text = step === "plainer" ? item.plainer : item.question;
  return [...question(text, [
    [gate.answers.yes, answer("yes")], ...(item.levels.known ? [[gate.answers.known, answer("known")]] : []),
    [gate.answers.unsure, answer("unsure")], [gate.answers.no, answer("no")],
  ]), back(next)];
}

const question = (text, answers) => screen(text, h("div", { class: "stack" }, answers.map(([words, act]) => button(words, act, "answer"))));
const back = (next) => button(t("back"), () => next({ step: "which" }), "quiet");

function which(asking, gate, next) {
  const chosen = new Set(asking.ticked);
  return screen(t("ask.which"), p(t("ask.which_text")), ticks(gate.items.map((item) => [item.flag, item.question]), chosen),
    button(t("next"), () => {
      const ticked = gate.items.map((item) => item.flag).filter((flag) => chosen.has(flag));
      return next({ ticked, answers: {}, severe: [], step: ticked.length ? `answer ${ticked[0]}` : "done" });
    }, "main"),
    button(t("cancel"), async () => { await set("asking", null); go(HOME[asking.from]); }, "quiet"));
}

/** A yes is read back once, with what to do about it already on the screen. */
function sure(asking, gate, item, next, onwards) {
  const [, flag, answer, severe] = asking.step.split(" ");
  const level = levelOf(item, answer, { severe: Boolean(severe), unsureBefore: (state.unsure[flag] ?? asking.day) < asking.day });
  const advice = gate.advice[level];
  return screen(advice.title,
    ["EMERGENCY", "URGENT"].includes(level) ? callButton() : null,
    p(advice.now, "lead"), p(item.until),
    card(t("ask.you_said"), h("blockquote", {}, severe ? item.severe : item.question), p(answer === "yes" ? gate.answers.yes : gate.answers.unsure),
      button(t("ask.right"), async () => {
        const list = severe ? [...asking.severe, flag] : asking.severe;
        const answers = { ...asking.answers, [flag]: answer };
        if (opens(gate, level)) return onwards(answers, list);
        return close({ ...asking, answers, severe: list }, gate);
      }, "main"),
      button(t("ask.wrong"), () => next({ step: `answer ${flag}` }))));
}

/** Tells it, and locks this phone at once; only the service ends it. */
async function close(asking, gate) {
  const judged = judge(gate, asking.answers, asking.severe, state.unsure, asking.day);
  if (asking.from === "intake" && !judged.flags.some((each) => !opens(gate, each.level))) return goOnAsking(asking);
  const entry = await tell("checkin", { answers: asking.answers, severe: asking.severe, also: opens(gate, judged.level) ? gate.also : [] }, asking.day);
  const flags = judged.flags.map((each) => ({ ...each, ...about(gate, each.flag) }));
  if (flags.length) {
    const old = state.lock ?? { level: "none", flags: [], entries: [], since: instant() };
    await set("lock", { ...old, level: worst([old.level, judged.level]), flags: [...old.flags, ...flags], entries: [...old.entries, entry.id], told: false });
  }
  if (!opens(gate, judged.level)) await set("run", null);
  if (asking.from === "intake") await set("intake", { ...state.intake, flags: {}, severe: [], step: 0 }); // asked again once it is looked at
  else await note(asking.day, { gate: { level: judged.level }, again: false });
  await set("asking", null);
  sync();
  go(asking.from === "session" && opens(gate, judged.level) ? "#/end/stopped" : "#/today");
}

/** Nothing that closes anything: back to the first questions, which are sent as a whole. */
async function goOnAsking(asking) {
  const { intake } = state;
  await set("intake", { ...intake, flags: { ...intake.flags, ...asking.answers }, severe: [...new Set([...intake.severe, ...asking.severe])], step: intake.step + 1 });
  await set("asking", null);
  go("#/intake");
}

const about = (gate, flag) => {
  const { question: asked, until } = gate.items.find((item) => item.flag === flag);
  return { question: asked, until };
};

async function finish(asking, gate) {
  await close(asking, gate);
  return screen(t("today.title"));
}

/** After a lock: has somebody seen you? The clinic reads it; it ends no lock. */
function seen() {
  const form = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      const { by, told } = Object.fromEntries(new FormData(form));
      await tell("followup", { seen: true, by, told });
      sync();
      notice(t("seen.sent"));
      go("#/today");
    },
  }, field(t("seen.by"), { name: "by", required: true, maxlength: 80 }), field(t("seen.told"), { name: "told", required: true, maxlength: 500 }),
  h("button", { type: "submit", class: "main" }, t("seen.send")));
  return screen(t("seen.title"), p(t("seen.text")), form, link(t("back"), "#/today", "quiet"));
}
