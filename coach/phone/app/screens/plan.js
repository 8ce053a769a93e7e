// The plan with its reasons, exchanging an exercise, and why something changed.
import { Away, Refused, call } from "../api.js";
import { button, card, figure, h, link, notice, p, redraw, screen } from "../dom.js";
import { set, state } from "../state.js";
import { page, sync } from "../sync.js";
import { shortDay, t } from "../words.js";

const PATH = "/v1/me/plan";

export async function render(part = "") {
  if (part === "why") return why();
  const plan = await page(PATH);
  if (!plan) return screen(t("more.plan"), p(t("away")));
  const { program } = plan;
  return screen(t("more.plan"),
    program ? card(program.name, p(program.summary), p(program.because)) : null,
    link(t("plan.changed"), "#/plan/why", "button"),
    plan.items.map((item) => card(item.name, figure(item.exercise, item.name), p(item.why), item.resting ? p(t("plan.resting"), "hint") : null,
      h("details", {}, h("summary", {}, t("plan.swap")), p(t("plan.swap_text")), button(t("plan.swap_do"), () => swap(item.exercise))))),
    plan.not_chosen.length ? h("details", { class: "card" }, h("summary", {}, t("plan.not_chosen")), plan.not_chosen.map((each) => p(each.why))) : null);
}

async function swap(exercise) {
  try {
    const plan = await call("POST", "/v1/me/plan/swaps", { exercise });
    await set("pages", { ...state.pages, [PATH]: plan });
    await sync();
    notice(t("plan.swapped"));
    redraw();
  } catch (error) {
    if (error instanceof Away) notice(t("away"));
    else if (error instanceof Refused) notice(error.message);
    else throw error;
  }
}

async function why() {
  const found = await page("/v1/me/decisions?limit=50");
  const days = new Map();
  for (const each of found?.decisions ?? []) days.set(each.day, [...(days.get(each.day) ?? []), each]);
  return screen(t("plan.changed"), found ? null : p(t("away")), days.size ? null : p(t("plan.nothing")),
    [...days].map(([day, list]) => card(shortDay(day), list.map((each) => [p(each.sentence), h("details", {}, h("summary", {}, t("plan.rests_on")), each.sources.map((line) => p(line, "hint")))]))),
    link(t("back"), "#/plan", "quiet"));
}
