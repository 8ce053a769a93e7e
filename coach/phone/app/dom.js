// Making elements, and the few pieces that every screen uses.
import { language, t } from "./words.js";

/** An element. `on*` are listeners; true sets, false and null leave out. */
export function h(tag, props, ...children) {
  const element = tag === "svg" || SVG.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
const SVG = new Set(["g", "path", "circle", "rect", "line", "polyline", "text", "title", "ellipse"]);

const pressed = (act) => async (event) => {
  const button = event.currentTarget;
  if (button.dataset.busy) return; // a second tap of an unsteady hand
  button.dataset.busy = "1";
  try { await act(event); } finally { delete button.dataset.busy; }
};

export const button = (text, act, kind = "", props = {}) =>
  h("button", { type: "button", class: kind, ...props, onclick: pressed(act) }, text);
export const link = (text, to, kind = "") => h("a", { href: to, class: kind }, text);
export const p = (text, kind) => h("p", { class: kind }, text);
export const card = (title, ...inside) => h("section", { class: "card" }, title ? h("h2", {}, title) : null, ...inside);
export const go = (hash) => { if (location.hash === hash) redraw(); else location.hash = hash; };

/** A screen: its heading takes the focus, so that a screen reader begins there. */
export const screen = (title, ...inside) => [h("h1", { tabindex: "-1" }, title), ...inside];

/** One choice of several, as buttons: `options` are [value, words]. */
export function choices(label, options, chosen, pick, kind = "") {
  const group = h("div", { role: "radiogroup", "aria-label": label, class: `choices ${kind}` });
  const mark = (value) => {
    for (const each of group.children) each.setAttribute("aria-checked", String(each.dataset.value === String(value)));
  };
  for (const [value, words, said] of options) {
    group.append(h("button", {
      type: "button", role: "radio", "data-value": String(value), "aria-label": said, "aria-checked": "false",
      onclick: () => { mark(value); pick(value); },
    }, words));
  }
  mark(chosen);
  return group;
}

/** Several of several. `chosen` is a Set that is changed. */
export function ticks(options, chosen, changed = () => undefined) {
  return h("div", { class: "ticks" }, options.map(([value, words]) => h("label", {},
    h("input", {
      type: "checkbox", checked: chosen.has(value),
      onchange: (event) => { event.target.checked ? chosen.add(value) : chosen.delete(value); changed(value); },
    }), h("span", {}, words))));
}

/** Pain from 0 to 10. */
export function scale(label, chosen, pick) {
  const options = Array.from({ length: 11 }, (_, pain) => [pain, String(pain), `${pain} ${end(pain)}`.trim()]);
  return h("div", {}, choices(label, options, chosen, pick, "scale"),
    h("div", { class: "ends", "aria-hidden": "true" }, h("span", {}, t("pain.none")), h("span", {}, t("pain.most"))));
}
const end = (pain) => ({ 0: t("pain.none"), 10: t("pain.most") })[pain] ?? "";

export function field(label, props, hint) {
  const id = `f-${props.name}`;
  return h("div", { class: "field" }, h("label", { for: id }, label), hint ? h("p", { id: `${id}-hint`, class: "hint" }, hint) : null,
    h("input", { id, "aria-describedby": hint ? `${id}-hint` : null, ...props }),
    h("p", { class: "wrong", id: `${id}-wrong`, role: "alert" }));
}

export function select(label, name, options, chosen, pick) {
  return h("div", { class: "field" }, h("label", { for: `f-${name}` }, label), h("select", { id: `f-${name}`, name, onchange: (event) => pick(event.target.value) },
    options.map(([value, words]) => h("option", { value, selected: value === chosen }, words))));
}

export function notice(text) {
  const box = document.getElementById("notice");
  box.replaceChildren(text ? h("p", {}, text) : "");
  clearTimeout(notice.timer);
  if (text) notice.timer = setTimeout(() => notice(""), 6000);
}

/** The moving drawing of an exercise. */
export const figurePath = (exercise, locale) => `/v1/library/exercises/${exercise}/figure.svg?locale=${locale}`;
export const figure = (exercise, name, kind = "figure") =>
  h("img", { class: kind, src: figurePath(exercise, language()), alt: name, loading: "lazy", width: 240, height: 110 });

/** Asks for this screen once more. */
export const redraw = () => dispatchEvent(new Event("redraw"));
