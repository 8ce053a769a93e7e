// The phone's pure rules, run by Node: the day, the player, the choice of a variant. The gate's table: test_gate.py.
import assert from "node:assert/strict";
import { test } from "node:test";

const app = new URL("../../coach/phone/app/", import.meta.url);
const { localDay, plusDays } = await import(new URL("clock.js", app));
const { pick, worst } = await import(new URL("gate.js", app));
const { view } = await import(new URL("day.js", app));
const { moments, repSeconds, share, standing } = await import(new URL("player.js", app));

const gate = { open_levels: ["none", "SOON"], answered: false };
const routine = (day, more = {}) => ({ day, status: "open", gate, ...more });
const week = { routines: [routine("2026-03-02"), routine("2026-03-03"), routine("2026-03-04", { status: "rest" })] };
const at = (day, more = {}) => view({ week, day, told: {}, lock: null, contactDay: "2026-03-02", ...more });

test("a day begins at four in the morning, in the place where the phone is", () => {
  assert.equal(localDay(Date.parse("2026-03-02T02:59:00Z"), "Europe/Paris", 240), "2026-03-01");
  assert.equal(localDay(Date.parse("2026-03-02T03:00:00Z"), "Europe/Paris", 240), "2026-03-02");
  assert.equal(localDay(Date.parse("2026-03-02T03:00:00Z"), "Asia/Shanghai", 240), "2026-03-02");
  assert.equal(localDay(Date.parse("2026-03-01T19:59:00Z"), "Asia/Shanghai", 240), "2026-03-01");
  assert.equal(plusDays("2026-02-28", 1), "2026-03-01");
});

test("the night in which the clocks change does not move a day", () => {
  assert.equal(localDay(Date.parse("2026-03-29T01:59:00Z"), "Europe/Paris", 240), "2026-03-28"); // 03:59 summer time
  assert.equal(localDay(Date.parse("2026-03-29T02:00:00Z"), "Europe/Paris", 240), "2026-03-29");
});

test("no answer, no exercises; each day asks for itself", () => {
  assert.equal(at("2026-03-02").kind, "gate");
  assert.equal(at("2026-03-02", { told: { gate: { level: "none" } } }).kind, "open");
  assert.equal(at("2026-03-03").kind, "gate");
  assert.equal(at("2026-03-04", { told: { gate: { level: "none" } } }).kind, "rest");
});

test("an answer that opens nothing leaves the gate shut", () => {
  assert.equal(at("2026-03-02", { told: { gate: { level: "unanswered" } } }).kind, "gate");
});

test("a session that went badly shuts the gate again on the same day", () => {
  assert.equal(at("2026-03-02", { told: { gate: { level: "none" }, again: true } }).kind, "gate");
});

test("a lock of this phone stands on every day, whatever is answered later", () => {
  const lock = { level: "EMERGENCY" };
  for (const day of ["2026-03-02", "2026-03-03", "2026-03-09"]) {
    assert.equal(at(day, { lock, told: { gate: { level: "none" } } }).kind, "locked");
  }
  assert.equal(view({ week: null, day: "2026-03-02", told: {}, lock, contactDay: null }).kind, "locked");
});

test("a lock of the service stands as well, and a SOON of this phone goes on calmly", () => {
  const shut = { routines: [routine("2026-03-02", { status: "locked" })] };
  assert.equal(view({ week: shut, day: "2026-03-05", told: { gate: { level: "none" } }, lock: null, contactDay: "2026-03-02" }).kind, "locked");
  const soon = at("2026-03-02", { lock: { level: "SOON" }, told: { gate: { level: "SOON" } } });
  assert.deepEqual([soon.kind, soon.soon], ["open", true]);
});

test("beyond the fetched week the gate is asked again", () => {
  const answered = { routines: [routine("2026-03-02", { gate: { ...gate, answered: true } })] };
  const far = view({ week: answered, day: "2026-03-09", told: {}, lock: null, contactDay: "2026-03-02" });
  assert.deepEqual([far.kind, far.stale, far.daysAway], ["gate", true, 7]);
});

test("a SOON of this phone leaves the calm variant, whatever the rules say", () => {
  const rules = { rules: [], otherwise: "full", missing: { neutral: "full" } };
  assert.equal(pick(rules, { full: [], calm: [] }, {}).variant, "full");
  assert.equal(pick(rules, { full: [], calm: [] }, { soon: true }).variant, "calm");
});

test("levels have an order", () => {
  assert.equal(worst([]), "none");
  assert.equal(worst(["SOON", "EMERGENCY", "URGENT"]), "EMERGENCY");
});

const step = (more) => ({ sets: 2, amount: 5, unit: "reps", hold_s: 0, rest_s: 30, per_side: false, tempo: "2-1-2", ...more });

test("a session is a list of moments: ready, work, rest, each side for itself", () => {
  const kinds = moments([step({ per_side: true })]).map(({ kind, side, set }) => `${kind} ${side} ${set}`);
  assert.deepEqual(kinds, ["ready left 1", "work left 1", "change right 1", "work right 1", "rest left 2", "work left 2", "change right 2", "work right 2"]);
  assert.deepEqual(moments([step({ rest_s: 0, sets: 1 })]).map(({ kind }) => kind), ["ready", "work"]);
});

test("time is counted by the tempo, the hold or the clock", () => {
  assert.equal(repSeconds(step()), 5);
  assert.equal(repSeconds(step({ tempo: "hold", hold_s: 8 })), 8);
  assert.equal(repSeconds(step({ tempo: "easy" })), 1);
  assert.equal(moments([step({ unit: "minutes", amount: 3 })])[1].seconds, 180);
  assert.equal(moments([step({ unit: "seconds", amount: 20 })])[1].seconds, 20);
});

test("repetitions are counted up and time is counted down", () => {
  const work = moments([step()])[1];
  assert.deepEqual(standing(work, 0), { left: 25, rep: 1, over: false });
  assert.deepEqual(standing(work, 12), { left: 13, rep: 3, over: false });
  assert.deepEqual(standing(work, 25), { left: 0, rep: 5, over: true });
});

test("what was done is a part of what was planned", () => {
  assert.equal(share([step({ per_side: true })], 1), 0.25);
  assert.equal(share([step()], Infinity), 1);
  assert.equal(share([], 0), 0);
});
