// Every key on one sheet, and what this screen was told.
import { html, useState } from "../vendor/preact-htm.js";
import { prefer, preference } from "../preferences.js";
import { listOf, say } from "../words.js";
import { Ask } from "./ask.js";

export function KeysSheet({ onLeave }) {
  const [letters, setLetters] = useState(preference("letter_keys"));
  const [shade, setShade] = useState(preference("shade_seconds"));
  const choose = (name, set) => (value) => {
    prefer(name, value);
    set(value);
  };
  const chooseLetters = choose("letter_keys", setLetters);
  const chooseShade = choose("shade_seconds", setShade);
  return html`
    <${Ask} title=${say("keys.title")} onLeave=${onLeave}>
      <dl class="keys">
        ${listOf("keys.list").map(([key, what]) => html`
          <div key=${key}><dt>${key.split(" ").map((k) => html`<kbd key=${k}>${k}</kbd>`)}</dt><dd>${what}</dd></div>`)}
      </dl>
      <label class="switch">
        <input type="checkbox" data-first checked=${letters === "on"} onChange=${(e) => chooseLetters(e.target.checked ? "on" : "off")} />
        <span>${say("keys.letters")}<small>${say("keys.letters.more")}</small></span>
      </label>
      <fieldset class="choices-field"><legend>${say("keys.shade")}</legend>
        <div class="choices">
          ${listOf("keys.shade.times").map(([seconds, word]) => html`
            <button type="button" key=${seconds} aria-pressed=${shade === seconds ? "true" : "false"}
              onClick=${() => chooseShade(seconds)}>${word}</button>`)}
        </div>
      </fieldset>
    <//>`;
}
