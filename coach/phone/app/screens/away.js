// Away, ill or busy from a day to a day, and what one wants meanwhile.
import { plusDays, today } from "../clock.js";
import { choices, card, field, go, h, link, notice, p, screen } from "../dom.js";
import { tell } from "../queue.js";
import { sync } from "../sync.js";
import { t } from "../words.js";

export async function render() {
  const told = { cause: "away", wanted: "off" };
  const one = (name, values) => card(t(`away.${name}`), choices(t(`away.${name}`), values.map((value) => [value, t(`away.${value}`)]), told[name], (value) => { told[name] = value; }, "wrap"));
  const box = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      const { first, last } = Object.fromEntries(new FormData(box));
      await tell("away", { ...told, first, last: last < first ? first : last });
      await sync();
      notice(t("log.saved"));
      go("#/today");
    },
  }, one("cause", ["away", "ill", "busy"]), one("wanted", ["off", "short", "walk"]),
  field(t("away.first"), { name: "first", type: "date", required: true, value: today() }), field(t("away.last"), { name: "last", type: "date", required: true, value: plusDays(today(), 7) }),
  h("button", { type: "submit", class: "main" }, t("end.save")));
  return screen(t("more.away"), p(t("away.text")), box, link(t("back"), "#/more", "quiet"));
}
