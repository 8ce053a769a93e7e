// Judges cards of answers by the phone's own code: JSON in, JSON out.
const { judge } = await import(new URL("../../coach/phone/app/gate.js", import.meta.url));
let text = "";
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(JSON.parse(text).map(({ gate, answers, severe, unsure, day }) => judge(gate, answers, severe, unsure, day).level)));
