// Reminders: own times, quiet hours by shift, what is not wanted, and pushes to this phone.
import { Refused, call, open } from "../api.js";
import { button, card, choices, field, h, link, notice, p, redraw, screen, select, ticks } from "../dom.js";
import { drop, get, put } from "../store.js";
import { set, state } from "../state.js";
import { page } from "../sync.js";
import { has, minutesOf, ofMinute, t } from "../words.js";

const NEW = ["own", "routine", "checkin", "walk"];
const SHIFTS = ["day", "early", "late", "night", "off"];

export async function render() {
  const found = await page("/v1/me/reminders");
  if (!found) return screen(t("more.reminders"), p(t("away")));
  const wanted = new Set(found.kinds.filter((kind) => !found.stopped.includes(kind)));
  const { me } = state;
  return screen(t("more.reminders"),
    await pushes(),
    found.reminders.map((each) => card(name(each.kind), p(when(each)), button(t("reminders.remove"), () => act("DELETE", `/v1/me/reminders/${each.id}`)))),
    adding(),
    card(t("reminders.shift"), choices(t("reminders.shift"), SHIFTS.map((shift) => [shift, t(`shift.${shift}`)]), me.shift, async (shift) => {
      await act("PUT", "/v1/me/shift", { name: shift }, true);
    }, "wrap"), quiet(me)),
    h("details", { class: "card" }, h("summary", {}, t("reminders.kinds")), ticks(found.kinds.map((kind) => [kind, name(kind)]), wanted, () =>
      act("PUT", "/v1/me/reminders/stops", { kinds: found.kinds.filter((kind) => !wanted.has(kind)) }))));
}

const name = (kind) => (has(`remind.${kind}`) ? t(`remind.${kind}`) : kind);
const when = ({ minute, every, on_day: day }) => every ? t("reminders.every", { count: every }) : `${ofMinute(minute ?? 0)} ${day ?? ""}`;

async function act(method, path, body, mine = false) {
  try {
    const found = await call(method, path, body);
    if (mine) await set("me", { ...state.me, ...found });
    if (found?.warning) notice(t("reminders.many"));
  } catch (error) { notice(error instanceof Refused ? error.message : t("away")); }
  redraw();
}

function adding() {
  let kind = NEW[0];
  const box = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      await act("POST", "/v1/me/reminders", { kind, minute: minutesOf(new FormData(box).get("time")) });
    },
  }, select(t("reminders.what"), "kind", NEW.map((each) => [each, name(each)]), kind, (value) => { kind = value; }),
  field(t("reminders.time"), { name: "time", type: "time", required: true, value: "08:00" }), h("button", { type: "submit", class: "main" }, t("reminders.add")));
  return card(t("reminders.new"), box);
}

function quiet(me) {
  const box = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      const { from, until } = Object.fromEntries(new FormData(box));
      await act("PATCH", "/v1/me", { quiet_from: minutesOf(from), quiet_until: minutesOf(until) }, true);
    },
  }, field(t("reminders.quiet_from"), { name: "from", type: "time", required: true, value: ofMinute(me.quiet_from) }), field(t("reminders.quiet_until"), { name: "until", type: "time", required: true, value: ofMinute(me.quiet_until) }),
  h("button", { type: "submit" }, t("end.save")));
  return box;
}

/** Whether this phone gets pushes, and the switch for it. */
async function pushes() {
  const worker = await navigator.serviceWorker?.getRegistration("/app/");
  if (!worker?.pushManager) return card(t("reminders.push"), p(t("reminders.push_not_here")));
  const device = await get("device");
  if (device) return card(t("reminders.push"), p(t("reminders.push_on")), button(t("reminders.push_off"), async () => {
    await (await worker.pushManager.getSubscription())?.unsubscribe();
    await drop("device");
    await act("DELETE", `/v1/me/devices/${device}`);
  }));
  return card(t("reminders.push"), p(t("reminders.push_text")), button(t("reminders.push_start"), async () => {
    try {
      if (await Notification.requestPermission() !== "granted") { notice(t("reminders.push_denied")); return; }
      const { public_key: key } = await open("GET", "/v1/push-key");
      if (!key) { notice(t("reminders.push_not_here")); return; }
      const { endpoint, keys } = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })).toJSON();
      const id = crypto.randomUUID();
      await call("PUT", `/v1/me/devices/${id}`, { endpoint, ...keys });
      await put("device", id);
      redraw();
    } catch { notice(t("away")); }
  }, "main"));
}
