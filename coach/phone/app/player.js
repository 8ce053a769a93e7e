// A session as a list of moments, each with its seconds, and where one stands in it after so many seconds. No page, no clock.

const READY_S = 8, FIRST_READY_S = 12; // to get into position
const SIDES = ["left", "right"];

/** Seconds one repetition takes: the tempo as "2-1-2", the hold, at least one. */
export function repSeconds(step) {
  const tempo = /^\d+(-\d+)*$/.test(step.tempo) ? step.tempo.split("-").reduce((sum, part) => sum + Number(part), 0) : 0;
  return Math.max(tempo, step.hold_s, 1);
}

/** All moments of a routine: get ready, work (each set, each side), rest. */
export function moments(steps) {
  return steps.flatMap((step, index) => {
    const sides = step.per_side ? SIDES : [null];
    const rep_s = repSeconds(step);
    const seconds = step.unit === "reps" ? step.amount * rep_s : step.amount * (step.unit === "minutes" ? 60 : 1);
    const out = [{ kind: "ready", index, set: 1, side: sides[0], seconds: index ? READY_S : FIRST_READY_S }];
    for (let set = 1; set <= step.sets; set += 1) {
      for (const side of sides) {
        if (side === "right") out.push({ kind: "change", index, set, side, seconds: 4 });
        out.push({ kind: "work", index, set, side, seconds, rep_s: step.unit === "reps" ? rep_s : null, amount: step.amount });
      }
      if (set < step.sets && step.rest_s) out.push({ kind: "rest", index, set: set + 1, side: sides[0], seconds: step.rest_s });
    }
    return out;
  });
}

/** What to show `elapsed` seconds into a moment: seconds left, and the repetition counted aloud. */
export function standing(moment, elapsed) {
  const left = Math.max(0, Math.ceil(moment.seconds - elapsed));
  const rep = moment.rep_s ? Math.min(moment.amount, Math.floor(elapsed / moment.rep_s) + 1) : null;
  return { left, rep, over: elapsed >= moment.seconds };
}

/** Which part of the routine was done: sets worked over sets planned. */
export function share(steps, worked) {
  const planned = steps.reduce((sum, step) => sum + step.sets * (step.per_side ? 2 : 1), 0);
  return planned ? Math.min(1, Math.round((worked / planned) * 100) / 100) : 0;
}
