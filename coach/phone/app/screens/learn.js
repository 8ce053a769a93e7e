// Lessons: a short text with one question, today's first.
import { choices, h, link, p, screen } from "../dom.js";
import { tell } from "../queue.js";
import { state } from "../state.js";
import { content, sync } from "../sync.js";
import { t } from "../words.js";

export async function render(id = "") {
  const all = (await content("/v1/library/lessons"))?.lessons ?? [];
  const lesson = all.find((each) => each.id === id);
  if (lesson) return read(lesson);
  const first = all.find((each) => each.id === state.week?.lesson);
  return screen(t("more.learn"), all.length ? null : p(t("away")),
    first ? link(`${t("learn.today")}: ${first.title}`, `#/learn/${first.id}`, "button main") : null,
    h("ul", { class: "menu" }, all.map((each) => h("li", {}, link(each.title, `#/learn/${each.id}`)))));
}

function read(lesson) {
  const said = h("p", { class: "lead", role: "status" });
  return screen(lesson.title, lesson.body.map((line) => p(line)),
    h("section", { class: "card" }, h("h2", {}, lesson.question),
      choices(lesson.question, lesson.answers.map((answer, index) => [index + 1, answer]), null, async (answer) => {
        said.textContent = `${t(answer === lesson.right ? "learn.right" : "learn.other")} ${lesson.because}`;
        await tell("lesson", { lesson: lesson.id, answer });
        sync();
      }), said),
    p(lesson.sources.map((each) => each.cite).join("; "), "hint"), link(t("back"), "#/learn", "quiet"));
}
