// A first day with the types that openapi-typescript has generated, and fetch.
import type { components, paths } from "./coach.d.ts";

type Body<Path extends keyof paths, Method extends keyof paths[Path]> =
  paths[Path][Method] extends { requestBody: { content: { "application/json": infer Sent } } } ? Sent : undefined;
type Answered<Path extends keyof paths, Method extends keyof paths[Path], Status extends number = 200> =
  paths[Path][Method] extends { responses: infer Answers }
    ? Status extends keyof Answers
      ? Answers[Status] extends { content: { "application/json": infer Got } } ? Got : undefined
      : never
    : never;

const url = process.argv[2];
let token = "";

async function call(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const person: Body<"/v1/auth/register", "post"> = {
  email: `${crypto.randomUUID()}@example.org`, password: "a long enough password", name: "Ana", zone: "Europe/Paris",
  locale: "en",
};
const tokens = (await call("POST", "/v1/auth/register", person)) as Answered<"/v1/auth/register", "post", 201>;
token = tokens.access_token;

const asked = (await call("GET", "/v1/me/intake")) as Answered<"/v1/me/intake", "get">;
const flags = Object.fromEntries(asked.questions.map((each) => [each.flag, "no" as const]));
await call("PUT", "/v1/me/intake", {
  age: 40, height_cm: 170, back_average: 3, back_worst: 5, leg: 0, location: 0, episode_day: "2025-11-02",
  red_flags: flags,
});

type Sync = Answered<"/v1/me/sync", "get">;
const first = (await call("GET", "/v1/me/sync")) as Sync;
expect(first.days.length === 7, "a week");
expect(first.gate.open_levels.includes("none"), "the table of the gate");
const step = first.days[0].variants["full"][0];
expect(step.sets >= 1 && step.seconds > 0, "a dose");

const entry: components["schemas"]["MorningEntry"] = {
  id: crypto.randomUUID(), occurred_at: first.server_time, zone: "Europe/Paris", local_day: first.days[0].day,
  kind: "morning", body: { pain: 3, sleep_lost: false, numbness: "same", tasks_stopped: false },
};
type Batch = Answered<"/v1/me/entries", "post">;
for (const expected of ["stored", "same"]) {
  const answer = (await call("POST", "/v1/me/entries", { entries: [entry] })) as Batch;
  expect(answer.results[0].status === expected, JSON.stringify(answer));
}
const second = (await call("GET", `/v1/me/sync?since=${first.since}`)) as Sync;
expect(second.entries.some((each) => each.id === entry.id), "its entry comes back");
console.log("a first day");
