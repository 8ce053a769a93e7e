// Messages with the clinic, visits, and what was reminded of.
import { Away, call } from "../api.js";
import { card, h, link, notice, p, redraw, screen } from "../dom.js";
import { page } from "../sync.js";
import { moment, t } from "../words.js";

export async function render(part = "") {
  if (part === "visits") return visits();
  const found = await page("/v1/me/messages");
  for (const each of found?.messages ?? []) {
    if (each.author === "clinician" && !each.read_at) call("POST", `/v1/me/messages/${each.id}/read`).catch(() => undefined);
  }
  const box = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        await call("POST", "/v1/me/messages", { id: crypto.randomUUID(), text: new FormData(box).get("text") });
        redraw();
      } catch (error) {
        if (!(error instanceof Away)) throw error;
        notice(t("away"));
      }
    },
  }, h("div", { class: "field" }, h("label", { for: "f-text" }, t("contact.write")), h("textarea", { id: "f-text", name: "text", rows: 4, maxlength: 2000, required: true })),
  h("button", { type: "submit", class: "main" }, t("contact.send")));
  return screen(t("more.contact"), p(t("contact.not_urgent")), link(t("contact.visits"), "#/contact/visits", "button"), box,
    found ? found.messages.map((each) => card(each.author === "patient" ? t("contact.you") : t("contact.clinic"), p(each.text, "long"), p(moment(each.sent_at), "hint"))) : p(t("away")));
}

async function visits() {
  const found = await page("/v1/me/visits");
  return screen(t("contact.visits"), found ? null : p(t("away")), found && !found.visits.length ? p(t("contact.no_visits")) : null,
    (found?.visits ?? []).map((each) => card(moment(each.at), p(t(`visit.${each.mode}`)), p(t(`visit.${each.state}`), "hint"), p(t("contact.minutes", { count: each.minutes })))),
    link(t("back"), "#/contact", "quiet"));
}
