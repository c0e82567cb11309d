// At most three lines worth remembering, each with its reason. An answered one keeps its place, so that the buttons of
// the next do not move under a finger.
import { html, useRef } from "../vendor/preact-htm.js";
import { useKey } from "../keys.js";
import { say, sayOf } from "../words.js";
import { Act } from "./act.js";

const AT_MOST = 3;

function Buttons({ prompt, number, onAnswer }) {
  if (prompt.answer) {
    return html`
      <div class="answers">
        <span class="answered">${say(prompt.answer === "said" ? "prompt.was_said" : "prompt.was_not_now")}</span>
        <${Act} onPress=${() => onAnswer(prompt.id, null)} label="${say("prompt.undo")}: ${prompt.text}">${say("prompt.undo")}<//>
      </div>`;
  }
  return html`
    <div class="answers">
      <${Act} class="do" letter=${String(number)} onPress=${() => onAnswer(prompt.id, "said")}>${say("prompt.said")}<//>
      <${Act} letter="shift+${number}" onPress=${() => onAnswer(prompt.id, "not_now")}>${say("prompt.not_now")}<//>
    </div>`;
}

function Prompt({ prompt, number, onAnswer }) {
  return html`
    <li class="prompt by-${prompt.accent} ${prompt.answer ? "over" : ""}" data-place="prompt-${prompt.id}">
      <span class="bar" aria-hidden="true"></span>
      <div class="prompt-text">
        <p class="line"><span class="unseen">${say(`prompt.${prompt.accent}`)}: </span>${prompt.text}</p>
        <p class="why">${prompt.why}</p>
      </div>
      <${Buttons} prompt=${prompt} number=${number} onAnswer=${onAnswer} />
    </li>`;
}

export function Prompts({ prompts, onAnswer }) {
  const last = useRef(null); // the prompt that was answered last, for the key that takes it back
  const answer = (id, word) => {
    last.current = word ? id : null;
    onAnswer(id, word);
  };
  useKey("u", () => last.current && answer(last.current, null));

  if (prompts.length === 0) {
    return html`
      <div class="prompt calm" data-place="prompts-none">
        <span class="bar" aria-hidden="true"></span>
        <div><p class="line">${say("prompt.none")}</p><p class="why">${say("prompt.none_more")}</p></div>
      </div>`;
  }
  return html`
    <ol class="prompts" aria-label=${say("prompts.label")}>
      ${prompts.slice(0, AT_MOST).map((prompt, n) => html`
        <${Prompt} key=${prompt.id} prompt=${prompt} number=${n + 1} onAnswer=${answer} />`)}
    </ol>`;
}

// What the page keeps to itself, and why.
export function Quiet({ customer }) {
  const about = { thanks: "quiet.thanks", leave: "quiet.leave" }[customer.relate];
  return about ? html`<p class="quiet-line" data-place="quiet"><b>${say("quiet.label")}</b> ${sayOf(about, customer)}</p>` : null;
}
