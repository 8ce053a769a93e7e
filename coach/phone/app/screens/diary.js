// What was told, as a line of pain and as a list; what is of the last two days can be put right.
import { now, plusDays, today } from "../clock.js";
import { button, card, h, link, notice, p, redraw, scale, screen } from "../dom.js";
import { tell } from "../queue.js";
import { page, sync } from "../sync.js";
import { moment, shortDay, t } from "../words.js";

const CORRECTABLE_MS = 48 * 3_600_000;
const DAYS = 28;

export async function render() {
  const found = await page("/v1/me/entries?limit=100");
  const mine = (found?.entries ?? []).filter((each) => each.author === "patient" && each.kind !== "intake");
  const mended = new Map(mine.filter((each) => each.kind === "correction").reverse().map(({ body }) => [body.replaces, body]));
  const entries = mine.filter((each) => each.kind !== "correction").map((each) => ({ ...each, body: mended.get(each.id)?.[each.kind] ?? each.body }));
  const pain = Object.fromEntries(entries.filter((each) => each.kind === "morning").map((each) => [each.local_day, each.body.pain]));
  const sessions = new Set(entries.filter((each) => each.kind === "session").map((each) => each.local_day));
  const days = Array.from({ length: DAYS }, (_, index) => plusDays(today(), index - DAYS + 1));
  return screen(t("more.diary"), found ? null : p(t("away")),
    card(t("diary.pain"), chart(days, pain, sessions), p(t("diary.sum", { sessions: days.filter((day) => sessions.has(day)).length, days: DAYS }))),
    entries.slice(0, 40).map((each) => card(`${t(`kind.${each.kind}`)}`, p(moment(each.occurred_at), "hint"), p(says(each)), mend(each))));
}

/** Bars of morning pain; a dot under a day is a session. */
function chart(days, pain, sessions) {
  const said = days.filter((day) => day in pain).map((day) => `${shortDay(day)}: ${pain[day]}`).join(", ");
  return h("svg", { class: "bars", viewBox: "0 0 280 124", role: "img", "aria-label": `${t("diary.pain")}. ${said || t("diary.none")}` },
    days.map((day, index) => [
      day in pain ? h("rect", { x: index * 10 + 1, y: 106 - pain[day] * 10, width: 8, height: pain[day] * 10 + 2, rx: 2 }) : null,
      sessions.has(day) ? h("circle", { cx: index * 10 + 5, cy: 117, r: 3.5 }) : null,
    ]));
}

const says = ({ kind, body }) => ({
  morning: () => t("diary.of_ten", { pain: body.pain }), session: () => t("diary.session", { pre: body.pre, peak: body.peak }), weight: () => `${body.kg} kg`,
  steps: () => String(body.count), note: () => body.text, walk: () => t("log.min", { count: body.minutes }),
})[kind]?.() ?? "";

function mend(entry) {
  if (entry.kind !== "morning" || now() - Date.parse(entry.occurred_at) > CORRECTABLE_MS) return null;
  return h("details", {}, h("summary", {}, t("diary.mend")), scale(t("diary.mend"), entry.body.pain, async (pain) => {
    const { pain: _, ...rest } = entry.body;
    const body = Object.fromEntries(Object.entries({ ...rest, pain }).filter(([, value]) => value !== null));
    await tell("correction", { replaces: entry.id, kind: "morning", body }, entry.local_day);
    await sync();
    notice(t("log.saved"));
    redraw();
  }));
}
