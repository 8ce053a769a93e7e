// The app's own words, one file a language. Words of the content come from the service, in the same language.
const KNOWN = { en: "English", "zh-Hans": "简体中文" };
let spoken = "en", texts = {};

export const languages = KNOWN;
export const language = () => spoken;

/** Loads a language: the chosen one, else the phone's, else English. */
export async function words(chosen) {
  const wanted = chosen ?? wish();
  const url = new URL(`words/${wanted}.json`, import.meta.url);
  const kept = "caches" in self ? await caches.match(url).catch(() => undefined) : undefined;
  texts = await (kept ?? await fetch(url)).json();
  spoken = wanted;
  if ("document" in self) document.documentElement.lang = wanted;
}

function wish() {
  for (const tag of navigator.languages ?? []) {
    if (/^zh/i.test(tag)) return "zh-Hans";
    if (/^en/i.test(tag)) return "en";
  }
  return "en";
}

/** A text with its values filled in. An unknown key shows itself, which no test lets pass. */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export const has = (key) => key in texts;
/** English of the phone's own country, where it speaks English: 24 November or November 24. */
const local = () => (self.navigator?.language?.startsWith(spoken) ? navigator.language : spoken);
const format = (options) => (at) => new Intl.DateTimeFormat(local(), options).format(at);
const ofDay = (options) => (day) => format({ ...options, timeZone: "UTC" })(new Date(`${day}T00:00:00Z`));

export const longDay = ofDay({ weekday: "long", day: "numeric", month: "long" });
export const shortDay = ofDay({ weekday: "short", day: "numeric", month: "short" });
export const moment = (at) => format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })(new Date(at));
export const hour = (at) => format({ hour: "2-digit", minute: "2-digit" })(new Date(at));
export const number = (value, digits = 1) => new Intl.NumberFormat(local(), { maximumFractionDigits: digits }).format(value);
export const ofMinute = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
export const minutesOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
