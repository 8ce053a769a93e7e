// A page to hand over: what, since when, medicines, operations. Made on the phone; what is typed here stays here.
import { callButton } from "../country.js";
import { today } from "../clock.js";
import { routineOf } from "../day.js";
import { card, h, link, p, screen } from "../dom.js";
import { answered, set, state } from "../state.js";
import { longDay, moment, t } from "../words.js";

export async function render() {
  const { routine } = routineOf(state.week, today());
  const raised = [
    ...(state.lock?.flags ?? []).map((each) => [each.question, moment(state.lock.since)]),
    ...(routine?.locks ?? []).map((each) => [routine.gate.items.find((item) => item.flag === each.flag)?.question ?? each.flag, longDay(each.since)]),
  ];
  const told = answered(today());
  const pain = told.morning ?? state.last;
  const notes = h("textarea", { id: "notes", rows: 4, maxlength: 2000, value: state.notes, onchange: (event) => set("notes", event.target.value) });
  return screen(t("show.title"),
    p(t("show.lead")),
    state.me ? p(`${state.me.name} · ${longDay(today())}`, "lead") : null,
    raised.length ? card(t("show.what"), raised.map(([question, since]) => [h("blockquote", {}, question), p(t("show.since", { since }))])) : null,
    pain?.pain !== undefined ? p(t("show.pain", { pain: pain.pain })) : null,
    routine?.program_name ? p(t("show.programme", { name: routine.program_name })) : null,
    state.me ? p(t("show.clinic", { clinic: state.me.clinic })) : null,
    card(t("show.notes"), h("label", { for: "notes" }, t("show.notes_label")), notes),
    callButton(), link(t("back"), "#/today", "quiet"));
}
