// Everything beside the day, as one list.
import { h, link, screen } from "../dom.js";
import { refused } from "../queue.js";
import { t } from "../words.js";

const PAGES = ["log", "diary", "plan", "learn", "sheet", "contact", "inbox", "reminders", "away", "data", "settings"];

export async function render() {
  const wrong = (await refused()).length;
  return screen(t("more.title"),
    wrong ? link(t("more.outbox", { count: wrong }), "#/outbox", "button") : null,
    h("ul", { class: "menu" }, PAGES.map((name) => h("li", {}, link(t(`more.${name}`), `#/${name}`)))));
}
