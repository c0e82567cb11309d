// A button with a key. The key shows on it while Alt is held.
import { html } from "../vendor/preact-htm.js";
import { useKey } from "../keys.js";

const shown = { "shift+1": "⇧1", "shift+2": "⇧2", "shift+3": "⇧3" };

export function Key({ letter }) {
  return html`<kbd class="key" aria-hidden="true">${shown[letter] ?? letter.toUpperCase()}</kbd>`;
}

export function Act({ letter, onPress, class: look, isOff, label, children }) {
  useKey(isOff ? null : letter, onPress);
  return html`
    <button type="button" class=${look} disabled=${isOff} aria-label=${label} onClick=${() => onPress()}
      aria-keyshortcuts=${letter ? `${letter} Alt+${letter}` : undefined}>
      ${children}${letter && html`<${Key} letter=${letter} />`}
    </button>`;
}
