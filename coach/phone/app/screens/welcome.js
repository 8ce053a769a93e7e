// Sign in, register, or join a clinic with its code. One form at a time.
import { Away, Refused, call, keep, open } from "../api.js";
import { zone } from "../clock.js";
import { button, card, field, go, h, link, p, redraw, screen, select } from "../dom.js";
import { held } from "../queue.js";
import { change, forget, set, state } from "../state.js";
import { fetchCard, sync } from "../sync.js";
import { language, languages, t, words } from "../words.js";

export async function render(way = "", code = "") {
  const known = ["sign-in", "register", "join"];
  if (way && !known.includes(way)) return join(way);
  if (way === "sign-in") return signIn();
  if (way === "register") return register();
  if (way === "join") return join(code);
  const count = await held();
  return screen(t("welcome.title"),
    p(t("welcome.lead"), "lead"),
    count ? card(null, p(t("welcome.held", { count }))) : null,
    link(t("welcome.sign_in"), "#/welcome/sign-in", "button main"),
    link(t("welcome.code"), "#/welcome/join", "button"),
    link(t("welcome.register"), "#/welcome/register", "button"),
    tongue(),
    p(t("welcome.not_device"), "hint"));
}

export function tongue() {
  const options = Object.entries(languages);
  return select(t("settings.language"), "language", options, language(), async (chosen) => {
    await change("prefs", { locale: chosen });
    await words(chosen);
    redraw();
    await fetchCard().catch(() => undefined);
    if (state.tokens) await sync();
  });
}

function form(names, act, submit) {
  const wrong = h("p", { class: "wrong", role: "alert" });
  const box = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      wrong.textContent = "";
      for (const each of box.querySelectorAll(".field .wrong")) each.textContent = "";
      const press = box.querySelector("button[type=submit]");
      press.disabled = true;
      try { await act(Object.fromEntries(new FormData(box))); } catch (error) { say(error); } finally { press.disabled = false; }
    },
  }, names, wrong, h("button", { type: "submit", class: "main" }, submit));
  const say = (error) => {
    if (error instanceof Away) wrong.textContent = t("welcome.away");
    else if (error instanceof Refused && Object.keys(error.fields).length) {
      for (const [name, reason] of Object.entries(error.fields)) {
        const place = box.querySelector(`#f-${name}-wrong`) ?? wrong;
        place.textContent = t("welcome.field", { reason });
      }
    } else if (error instanceof Refused) wrong.textContent = refusal(error);
    else throw error;
  };
  return box;
}

const refusal = (error) => ({
  "wrong-credentials": t("welcome.wrong"), "log-in-refused": t("welcome.wrong"), "not-logged-in": t("welcome.wrong"),
  "registration-closed": t("welcome.closed"), "invitation-refused": t("welcome.bad_code"),
})[error.type] ?? (error.status === 401 ? t("welcome.wrong") : error.message);

const email = () => field(t("welcome.email"), { name: "email", type: "email", autocomplete: "username", required: true, inputmode: "email" });
const password = (kind) => field(t("welcome.password"), { name: "password", type: "password", autocomplete: kind, required: true, minlength: kind === "new-password" ? 10 : null },
  kind === "new-password" ? t("welcome.password_hint") : null);
const back = () => link(t("back"), "#/welcome", "quiet");

function signIn() {
  return screen(t("welcome.sign_in"), form([email(), password("current-password")], async (data) => enter(await open("POST", "/v1/auth/token", data)), t("welcome.sign_in")), back());
}

function register(extra = {}, hints = []) {
  return screen(t(extra.invitation ? "welcome.join_title" : "welcome.register"), hints,
    form([field(t("welcome.name"), { name: "name", autocomplete: "name", required: true, maxlength: 80 }), email(), password("new-password")],
      async (data) => enter(await open("POST", "/v1/auth/register", { ...data, ...extra, zone: zone(), locale: language() })),
      t(extra.invitation ? "welcome.agree" : "welcome.create")), back());
}

function join(code) {
  const ask = async (given) => {
    const shown = await open("POST", "/v1/auth/invitation", { code: given.trim() });
    if (shown.role !== "patient") { location.assign(`/console/join#${given.trim()}`); return; }
    const who = shown.clinician ? t("welcome.invited_by", { clinic: shown.clinic, clinician: shown.clinician }) : t("welcome.invited", { clinic: shown.clinic });
    document.getElementById("screen").replaceChildren(...register({ invitation: given.trim(), consent: shown.consent.version },
      [p(who, "lead"), card(t("welcome.consent"), p(shown.consent.text, "long"))]).flat(Infinity));
  };
  return screen(t("welcome.code"), p(t("welcome.code_lead")),
    form([field(t("welcome.code_label"), { name: "code", required: true, maxlength: 40, autocomplete: "off", autocapitalize: "characters", value: code })],
      (data) => ask(data.code), t("next")), back());
}

/** Another person on this phone sees nothing of the one before; what that one told waits for them. */
async function enter(pair) {
  const before = state.me?.id;
  await keep(pair);
  const me = await call("GET", "/v1/me");
  if (before && before !== me.id) {
    await forget();
    await keep(pair);
  }
  await set("me", me);
  if (!state.prefs.locale && me.locale in languages && me.locale !== language()) await words(me.locale);
  await sync();
  go("#/today");
}
