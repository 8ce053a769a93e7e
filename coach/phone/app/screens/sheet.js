// Questionnaires that are due, one page each; what is not answered stays out.
import { choices, button, field, go, h, link, notice, p, scale, screen } from "../dom.js";
import { tell } from "../queue.js";
import { state } from "../state.js";
import { content, sync } from "../sync.js";
import { t } from "../words.js";

export async function render(name = "") {
  const all = (await content("/v1/library/questionnaires"))?.questionnaires ?? [];
  const due = (state.week?.due ?? []).map((each) => all.find((one) => one.id === each.name && one.words === "shipped")).filter(Boolean);
  const sheet = all.find((each) => each.id === name && each.words === "shipped");
  if (sheet) return ask(sheet);
  return screen(t("more.sheet"), due.length ? p(t("sheet.text")) : p(t("sheet.none")), h("ul", { class: "menu" }, due.map((each) => h("li", {}, link(each.title, `#/sheet/${each.id}`)))));
}

function ask(sheet) {
  const told = {};
  const wrong = h("p", { class: "wrong", role: "alert" });
  const item = (one) => h("section", { class: "card" }, h("h2", {}, one.text), input(one));
  const input = (one) => {
    const keep = (value) => { told[one.id] = value; };
    if (one.choices.length) return choices(one.text, one.choices.map((value, index) => [value, one.labels[index] ?? value]), null, keep);
    if (one.high > 10) return field(t("sheet.number", { low: one.low, high: one.high }), { name: one.id, type: "number", min: one.low, max: one.high, oninput: (event) => keep(Number(event.target.value)) });
    if (one.labels.length === one.high - one.low + 1) return choices(one.text, one.labels.map((label, index) => [one.low + index, label]), null, keep);
    return h("div", {}, choices(one.text, Array.from({ length: one.high - one.low + 1 }, (_, index) => [one.low + index, String(one.low + index)]), null, keep, "scale"),
      h("div", { class: "ends" }, h("span", {}, one.labels[0] ?? ""), h("span", {}, one.labels.at(-1) ?? "")));
  };
  return screen(sheet.title, sheet.instructions ? p(sheet.instructions) : null, sheet.items.map(item), wrong,
    button(t("end.save"), async () => {
      const missing = sheet.items.filter((one) => !(one.id in told) && !sheet.optional.includes(one.id));
      if (missing.length) { wrong.textContent = t("intake.all_first"); return; }
      if (sheet.reported) await tell("questionnaire", { name: sheet.id, ...scored(sheet, told) });
      else await tell("form", { name: sheet.id, items: told });
      sync();
      notice(t("log.saved"));
      go("#/sheet");
    }, "main"), link(t("back"), "#/sheet", "quiet"));
}

const scored = (sheet, told) => sheet.items.length === 1 && sheet.items[0].high > 10
  ? { score: told[sheet.items[0].id] } : { items: sheet.items.map((one) => told[one.id] ?? null) };
