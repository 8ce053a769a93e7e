// The one way to the service: tokens, their renewal, time limits, and what a refusal means.
import { learn } from "./clock.js";
import { get } from "./store.js";
import { set, state } from "./state.js";

const PATIENCE_MS = 15_000;

/** There is no network, or the service does not answer now: try again later, nothing is lost. */
export class Away extends Error {}
/** Somebody has to sign in again; what waits to be sent stays. */
export class SignedOut extends Error {}
/** The service says no; `fields` names what was wrong with which field. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || String(status));
    Object.assign(this, { status, type: String(problem.type ?? "").split(/[/:#]/).pop(), fields: {} });
    for (const each of problem.errors ?? []) this.fields[each.field] = each.reason;
  }
}

async function ask(method, path, body, headers) {
  const sent = { method, headers: { ...headers }, signal: AbortSignal.timeout(PATIENCE_MS), cache: "no-store" };
  if (body !== undefined) {
    sent.body = JSON.stringify(body);
    sent.headers["Content-Type"] = "application/json";
  }
  let answer;
  try { answer = await fetch(path, sent); } catch (error) { throw new Away(error.message); }
  await learn(answer);
  if (answer.status === 429 || answer.status >= 500) throw new Away(`status ${answer.status}`);
  return answer;
}

async function opened(answer) {
  if (answer.status === 304) return undefined;
  if (answer.ok) return answer.status === 204 ? null : { ...(await answer.json()), etag: answer.headers.get("ETag") };
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

/** A call that needs no account. */
export const open = async (method, path, body) => opened(await ask(method, path, body));

/** A call as the person who is signed in; undefined where nothing has changed since `etag`. */
export async function call(method, path, body, { etag } = {}) {
  if (!state.tokens) throw new SignedOut();
  const as = () => ({ Authorization: `Bearer ${state.tokens.access}`, ...(etag ? { "If-None-Match": etag } : {}) });
  let answer = await ask(method, path, body, as());
  if (answer.status === 401) {
    await renew(state.tokens.access);
    answer = await ask(method, path, body, as());
  }
  return opened(answer);
}

/** New tokens for old, one at a time over all tabs: a refresh token used twice would sign everybody out. */
async function renew(stale) {
  await navigator.locks.request("renew", async () => {
    state.tokens = (await get("tokens")) ?? null;
    if (!state.tokens) throw new SignedOut();
    if (state.tokens.access !== stale) return; // another tab was faster
    const answer = await ask("POST", "/v1/auth/refresh", { refresh_token: state.tokens.refresh });
    if (answer.status === 401) {
      await set("tokens", null);
      throw new SignedOut();
    }
    await keep(await opened(answer));
  });
}

export const keep = (pair) => set("tokens", { access: pair.access_token, refresh: pair.refresh_token });
