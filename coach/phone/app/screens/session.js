// The player: hands-free from set to set. Where it stands is on disk at every moment's end, so a kill loses nothing.
import { button, figure, go, h, p, scale, screen, redraw } from "../dom.js";
import { pick } from "../gate.js";
import { moments, standing } from "../player.js";
import { beep, buzz, say } from "../sound.js";
import { note, set, state } from "../state.js";
import { routineOf } from "../day.js";
import { t } from "../words.js";
import { dose } from "./today.js";

const TICK_MS = 200;

export async function render() {
  const { run } = state;
  if (!run) { go("#/today"); return screen(t("today.title")); }
  if (run.pre === null) return before(run);
  const list = moments(run.steps);
  let began = Date.now(), paused = false, count = -1;
  const parts = {
    place: h("p", { class: "hint" }), name: h("h1", { tabindex: "-1" }), image: h("div", {}), what: h("p", { class: "what" }),
    big: h("p", { class: "big", role: "timer" }), small: h("p", { class: "lead" }), cues: h("details", {}), next: h("p", { class: "hint" }),
  };
  const pause = button(t("player.pause"), () => {
    paused = !paused;
    if (paused) held = Date.now() - began; else began = Date.now() - held;
    pause.textContent = t(paused ? "player.on" : "player.pause");
  });
  let held = 0;

  async function move(to, worked = 0) {
    run.worked += worked;
    run.at = Math.max(0, to);
    began = Date.now();
    held = 0;
    count = -1;
    if (run.at < list.length) run.index = list[run.at].index;
    await set("run", { ...run });
    if (run.at >= list.length) { beep(880, 0.5); buzz([100, 80, 100]); go("#/end"); return; }
    draw();
    announce();
  }

  function announce() {
    const moment = list[run.at], step = run.steps[moment.index];
    beep({ ready: 520, work: 880, rest: 440, change: 600 }[moment.kind], 0.25);
    buzz(moment.kind === "work" ? [60, 60, 60] : 80);
    if (moment.kind === "ready") say(`${t("player.next", { name: step.name })} ${moment.side ? t(`side.${moment.side}`) : ""}`);
    else say(moment.side && moment.kind !== "rest" ? t(`side.${moment.side}`) : t(`player.${moment.kind}`));
  }

  function draw() {
    const moment = list[run.at], step = run.steps[moment.index];
    parts.place.textContent = t("player.place", { number: moment.index + 1, count: run.steps.length });
    if (parts.name.textContent !== step.name) {
      parts.name.textContent = step.name;
      parts.image.replaceChildren(figure(step.exercise, step.name, "figure large"));
      parts.cues.replaceChildren(h("summary", {}, t("session.how")), h("ul", {}, step.cues.map((cue) => h("li", {}, cue))));
    }
    const side = moment.side ? t(`side.${moment.side}`) : "";
    const sets = step.sets > 1 ? t("player.set", { set: moment.set, sets: step.sets }) : "";
    parts.what.textContent = [t(`player.${moment.kind}`), side, sets].filter(Boolean).join(" · ");
    parts.what.dataset.kind = moment.kind;
    parts.small.textContent = moment.kind === "work" ? workWords(moment, step) : dose(step);
    const after = run.steps[moment.index + 1];
    parts.next.textContent = after ? t("player.after", { name: after.name }) : t("player.last");
    tick();
  }

  function tick() {
    if (run.at >= list.length) return;
    const moment = list[run.at];
    const now = standing(moment, ((paused ? held : Date.now() - began)) / 1000);
    const shown = now.rep ?? now.left;
    parts.big.textContent = moment.kind === "work" && now.rep ? t("player.of", { rep: now.rep, amount: moment.amount }) : clock(now.left);
    if (shown !== count) {
      if (count !== -1 && moment.kind === "work" && now.rep) beep(740, 0.06);
      if (moment.kind !== "work" && now.left <= 3 && now.left > 0) beep(520, 0.06);
      count = shown;
    }
    if (now.over && !paused) move(run.at + 1, moment.kind === "work" ? 1 : 0);
  }

  const skip = (hurt) => async () => {
    const { index } = list[run.at];
    if (hurt && !run.hurt.includes(run.steps[index].exercise)) run.hurt.push(run.steps[index].exercise);
    const after = list.findIndex((moment) => moment.index > index);
    await move(after < 0 ? list.length : after);
  };
  const timer = setInterval(tick, TICK_MS);
  const awake = await navigator.wakeLock?.request("screen").catch(() => null);
  if (run.at >= list.length) { go("#/end"); return screen(t("session.title")); }
  draw();
  return {
    nodes: [
      parts.place, parts.name, parts.image, parts.what, parts.big, parts.small,
      h("div", { class: "row" }, button(t("player.back"), () => move(previous(list, run.at))), pause, button(t("player.done"), () => move(run.at + 1, list[run.at].kind === "work" ? 1 : 0), "main")),
      parts.cues,
      button(t("player.hurts"), skip(true)), button(t("player.skip"), skip(false), "quiet"),
      parts.next,
      h("div", { class: "stop" }, button(t("player.stop"), () => stop(run), "danger")),
    ],
    onleave: () => { clearInterval(timer); awake?.release().catch(() => undefined); speechSynthesis?.cancel?.(); },
  };
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
const workWords = (moment, step) => step.unit === "reps" ? (step.hold_s ? t("player.hold", { seconds: step.hold_s }) : t("player.reps", { amount: step.amount })) : dose(step);

function previous(list, at) {
  const start = list.findIndex((moment) => moment.index === list[Math.min(at, list.length - 1)].index);
  return at > start ? start : Math.max(0, list.findIndex((moment) => moment.index === list[start].index - 1));
}

/** Pain before, only where the morning has not said it. */
function before(run) {
  return screen(t("session.before"), scale(t("session.before"), null, async (pre) => {
    await note(run.day, { pre });
    const { routine } = routineOf(state.week, run.day);
    const { variant, rule } = routine ? pick(state.week.rules, routine.variants, { pre }) : {};
    await set("run", { ...run, pre, ...(rule ? { variant, steps: routine.variants[variant] } : {}) });
    redraw();
  }));
}

/** Stop now: the safety questions come first, then what happened. */
async function stop(run) {
  await set("run", { ...run, stopped: true });
  await note(run.day, { stopped: true });
  beep(300, 0.3);
  const { begin } = await import("./help.js");
  await begin("session");
}
