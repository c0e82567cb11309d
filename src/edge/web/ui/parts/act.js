// A button with a key. The key shows on it while Alt is held.
import { html } from "../vendor/preact-htm.js";
import { useKey } from "../keys.js";

const shortOf = (letter) => letter.replace("shift+", "⇧").toUpperCase();
const ariaOf = (letter) => `${letter.replace("shift", "Shift")} Alt+${letter.replace("shift", "Shift")}`;

export function Key({ letter }) {
  return html`<kbd class="key" aria-hidden="true">${shortOf(letter)}</kbd>`;
}

export function Act({ letter, onPress, class: look, isOff, label, children }) {
  useKey(isOff ? null : letter, onPress);
  return html`
    <button type="button" class=${look} disabled=${isOff} aria-label=${label} onClick=${() => onPress()}
      aria-keyshortcuts=${letter ? ariaOf(letter) : undefined}>
      ${children}${letter && html`<${Key} letter=${letter} />`}
    </button>`;
}
