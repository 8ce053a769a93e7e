// One's own data: who looked at it, taking it along, having it erased.
import { Away, Refused, call } from "../api.js";
import { button, card, field, go, h, link, notice, p, screen } from "../dom.js";
import { forget } from "../state.js";
import { page } from "../sync.js";
import { moment, t } from "../words.js";

export async function render(part = "") {
  if (part === "erase") return erase();
  const audit = await page("/v1/me/audit");
  const care = await page("/v1/me/care");
  return screen(t("more.data"),
    care ? card(t("data.care"), p(care.clinic), care.clinicians.map((each) => p(each.name))) : null,
    card(t("data.take"), p(t("data.take_text")), button(t("data.save"), save)),
    card(t("data.looked"), audit?.lines.length ? audit.lines.slice(0, 30).map((line) => p(`${moment(line.at)} · ${line.name} · ${line.action}`)) : p(t("data.nobody"))),
    link(t("data.erase"), "#/data/erase", "button"), link(t("back"), "#/more", "quiet"));
}

async function save() {
  try {
    const { etag: _, ...found } = await call("GET", "/v1/me/export");
    const file = new File([JSON.stringify(found, null, 1)], "my-data.json", { type: "application/json" });
    const url = URL.createObjectURL(file);
    h("a", { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (error) { said(error); }
}

function erase() {
  const box = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        const found = await call("DELETE", "/v1/me", Object.fromEntries(new FormData(box)));
        await forget();
        notice(found.text);
        go("#/welcome");
      } catch (error) { said(error); }
    },
  }, field(t("welcome.password"), { name: "password", type: "password", autocomplete: "current-password", required: true }), h("button", { type: "submit", class: "danger" }, t("data.erase_now")));
  return screen(t("data.erase"), p(t("data.erase_text"), "lead"), box, link(t("back"), "#/data", "quiet"));
}

function said(error) {
  if (!(error instanceof Away) && !(error instanceof Refused)) throw error;
  notice(error instanceof Refused ? error.message : t("away"));
}
