// Language, sound, and signing out.
import { call, open } from "../api.js";
import { button, card, go, link, notice, p, screen, ticks } from "../dom.js";
import { waiting } from "../queue.js";
import { change, forget, state } from "../state.js";
import { drop, get } from "../store.js";
import { sync } from "../sync.js";
import { t } from "../words.js";
import { tongue } from "./welcome.js";

const SWITCHES = ["sound", "vibrate", "voice", "autostart"];

export async function render() {
  const on = new Set(SWITCHES.filter((name) => state.prefs[name]));
  return screen(t("more.settings"), tongue(),
    card(t("settings.session"), ticks(SWITCHES.map((name) => [name, t(`settings.${name}`)]), on, (name) => change("prefs", { [name]: on.has(name) }))),
    state.me ? card(t("settings.account"), p(`${state.me.name} · ${state.me.clinic}`), button(t("settings.sign_out"), signOut)) : null,
    link(t("back"), "#/more", "quiet"));
}

/** What waits is sent first; without a network it stays here until the same person signs in again. */
async function signOut() {
  await sync();
  const held = (await waiting()).length;
  const device = await get("device");
  if (device) { // no more pushes here
    await call("DELETE", `/v1/me/devices/${device}`).catch(() => undefined);
    await drop("device");
  }
  const refresh = state.tokens?.refresh;
  if (refresh) await open("POST", "/v1/auth/logout", { refresh_token: refresh }).catch(() => undefined);
  await forget();
  if (held) notice(t("settings.held", { count: held }));
  go("#/welcome");
}
