// Judges cards of answers and picks variants by the phone's own code: JSON in, JSON out.
const { judge, pick } = await import(new URL("../../coach/phone/app/gate.js", import.meta.url));
let text = "";
for await (const part of process.stdin) text += part;
const { cards = [], days = [] } = JSON.parse(text);
console.log(JSON.stringify([
  ...cards.map(({ gate, answers, severe, unsure, day }) => judge(gate, answers, severe, unsure, day).level),
  ...days.map(({ rules, variants, facts }) => pick(rules, variants, facts)),
]));
