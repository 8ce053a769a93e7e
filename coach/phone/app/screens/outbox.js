// What the service would not take, and why: nothing the person has told disappears without a word.
import { button, card, link, p, redraw, screen } from "../dom.js";
import { letGo, refused } from "../queue.js";
import { moment, t } from "../words.js";

export async function render() {
  const items = await refused();
  return screen(t("outbox.title"), items.length ? null : p(t("outbox.none")),
    items.map((item) => card(t(`kind.${item.entry.kind}`), p(moment(item.entry.occurred_at)),
      Object.entries(item.refused).map(([name, reason]) => p(`${name}: ${reason}`, "hint")),
      button(t("outbox.let_go"), async () => { await letGo(item.id); redraw(); }))),
    link(t("back"), "#/more", "quiet"));
}
