// A body seen from behind, to point at where it hurts. Places are "<how far down> <side>"; the service takes how far down.
import { h } from "./dom.js";
import { t } from "./words.js";

// left and right as the person feels them: from behind, left is left
const PARTS = [
  ["0", "M64 92h72l4 34h-80z"],
  ["1 left", "M60 128h38v34h-42z"], ["1 right", "M102 128h38l4 34h-42z"],
  ["2 left", "M56 164h42l-4 62h-32z"], ["2 right", "M102 164h42l-6 62h-32z"],
  ["3 left", "M62 232h31l-4 62h-21z"], ["3 right", "M107 232h31l-6 62h-21z"],
  ["4 left", "M66 298h24v20h-34z"], ["4 right", "M110 298h24l10 20h-34z"],
];

export function bodyMap(chosen, changed) {
  const part = ([place, path]) => {
    const [far, side] = place.split(" ");
    const name = side ? `${t(`place.${far}`)}, ${t(`side.${side}`)}` : t(`place.${far}`);
    const toggle = () => {
      chosen.has(place) ? chosen.delete(place) : chosen.add(place);
      area.setAttribute("aria-checked", String(chosen.has(place)));
      says();
      changed();
    };
    const area = h("path", {
      d: path, role: "checkbox", tabindex: "0", "aria-label": name, "aria-checked": String(chosen.has(place)), onclick: toggle,
      onkeydown: (event) => { if ([" ", "Enter"].includes(event.key)) { event.preventDefault(); toggle(); } },
    });
    return [area, name, place];
  };
  const parts = PARTS.map(part);
  const said = h("p", { class: "lead", "aria-live": "polite" });
  const says = () => { said.textContent = parts.filter(([, , place]) => chosen.has(place)).map(([, name]) => name).join(" · "); };
  says();
  return h("div", { class: "body" },
    h("svg", { viewBox: "30 0 140 324", role: "group", "aria-label": t("intake.where") },
      h("g", { class: "still", "aria-hidden": "true" },
        h("circle", { cx: 100, cy: 22, r: 18 }), h("path", { d: "M92 40h16v8h-16zM62 48h76l-2 42h-72zM60 50l-14 56 8 4 10-34zM140 50l14 56-8 4-10-34z" })),
      parts.map(([area]) => area)),
    said);
}
