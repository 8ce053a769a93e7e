// Short sounds, a buzz and a voice, for eyes that are on the ceiling. Each can be switched off.
import { state } from "./state.js";
import { language } from "./words.js";

let context;

/** Must first be called from a tap: browsers give no sound before one. */
export function beep(pitch = 660, seconds = 0.12) {
  if (state.prefs.sound && "AudioContext" in window) {
    context ??= new AudioContext();
    const tone = context.createOscillator(), loudness = context.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.2, context.currentTime);
    loudness.gain.exponentialRampToValueAtTime(0.001, context.currentTime + seconds);
    tone.connect(loudness).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + seconds);
  }
}

export const buzz = (pattern = 80) => { if (state.prefs.vibrate) navigator.vibrate?.(pattern); };

export function say(text) {
  if (!state.prefs.voice || !("speechSynthesis" in window)) return;
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = language() === "zh-Hans" ? "zh-CN" : language();
  speechSynthesis.cancel();
  speechSynthesis.speak(spoken);
}
