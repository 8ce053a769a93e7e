// What the person was reminded of, whether or not a push arrived.
import { Refused, call } from "../api.js";
import { button, card, notice, p, redraw, screen } from "../dom.js";
import { page } from "../sync.js";
import { moment, t } from "../words.js";

const LATER = [15, 30, 60];

export async function render() {
  const found = await page("/v1/me/inbox");
  const items = found?.items ?? [];
  return screen(t("more.inbox"), found ? null : p(t("away")), found && !items.length ? p(t("inbox.none")) : null,
    items.map((each) => card(null, p(each.text, "lead"), p(moment(each.at), "hint"),
      each.read_at ? null : button(t("push.done"), () => act(() => call("POST", `/v1/me/inbox/${each.id}/read`))),
      Date.parse(each.expires_at) > Date.now() && !each.read_at ? LATER.map((minutes) =>
        button(t("push.snooze", { minutes }), () => act(() => call("POST", `/v1/me/reminders/${each.id}/snooze`, { minutes })))) : null)));
}

async function act(work) {
  try { await work(); } catch (error) { notice(error instanceof Refused ? error.message : t("away")); }
  redraw();
}
