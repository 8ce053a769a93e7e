// Which country the phone is in, without asking where it is: by its time zone, else by its language. The number to call.
import { zone } from "./clock.js";
import { h, select, redraw } from "./dom.js";
import { change, state } from "./state.js";
import { language, t } from "./words.js";

/** The emergency numbers known here: of the safety card, or of any routine. */
export function numbers() {
  const found = state.card ?? state.week?.routines[0]?.gate;
  return { by: found?.emergency_numbers ?? {}, any: found?.any_country ?? ["112"] };
}

function guess(by) {
  const here = zone();
  const inside = Object.keys(by).find((code) => {
    try {
      const region = new Intl.Locale("und", { region: code });
      return (region.getTimeZones?.() ?? region.timeZones ?? []).includes(here);
    } catch { return false; }
  });
  if (inside) return inside;
  const region = new Intl.Locale(navigator.language || "en").region;
  return region in by ? region : null;
}

export function country() {
  const { by } = numbers();
  return state.prefs.country in by ? state.prefs.country : guess(by);
}

const named = (code) => new Intl.DisplayNames([language()], { type: "region" }).of(code);

/** The button that calls, and where one can say that one is elsewhere. */
export function callButton() {
  const { by, any } = numbers();
  const here = country();
  const [first, ...others] = here ? by[here] : any;
  const options = [["", t("call.unknown")], ...Object.keys(by).map((code) => [code, named(code)]).sort((a, b) => a[1].localeCompare(b[1], language()))];
  return h("div", { class: "call" },
    h("a", { class: "button danger", href: `tel:${first}` }, t("call.button", { number: first })),
    h("p", { class: "hint" }, here ? t("call.country", { country: named(here) }) : t("call.any"),
      others.length ? ` ${t("call.also", { numbers: others.join(", ") })}` : ""),
    h("details", {}, h("summary", {}, t("call.elsewhere")),
      select(t("call.choose"), "country", options, here ?? "", async (code) => { await change("prefs", { country: code || null }); redraw(); })));
}
