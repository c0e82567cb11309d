// At most three lines worth remembering, each with its reason. An answered one keeps its place, so that the buttons of
// the next do not move under a finger.
import { html, useLayoutEffect, useRef } from "../vendor/preact-htm.js";
import { say, sayOf } from "../words.js";
import { Act } from "./act.js";

const AT_MOST = 3;

// The answer's buttons give way to one that takes it back; who came by keyboard goes on from there.
function Buttons({ prompt, number, isLast, onAnswer }) {
  const here = useRef(null);
  const hadFocus = here.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (hadFocus && !here.current.contains(document.activeElement)) {
      here.current.querySelector("button").focus();
    }
  }, [prompt.answer]);
  const answer = (word) => () => onAnswer(prompt.id, word);
  return html`
    <div class="answers" ref=${here}>
      ${prompt.answer
        ? html`
          <span class="answered">${say(prompt.answer === "said" ? "prompt.was_said" : "prompt.was_not_now")}</span>
          <${Act} key="undo" letter=${isLast ? "u" : null} onPress=${answer(null)} label="${say("prompt.undo")}: ${prompt.text}">
            ${say("prompt.undo")}<//>`
        : html`
          <${Act} key="said" class="do" letter=${String(number)} onPress=${answer("said")}>${say("prompt.said")}<//>
          <${Act} key="not-now" letter="shift+${number}" onPress=${answer("not_now")}>${say("prompt.not_now")}<//>`}
    </div>`;
}

function Prompt({ prompt, number, isLast, onAnswer }) {
  return html`
    <li class="prompt by-${prompt.accent} ${prompt.answer ? "over" : ""}" data-place="prompt-${prompt.id}">
      <span class="bar" aria-hidden="true"></span>
      <div class="prompt-text">
        <p class="line"><span class="unseen">${say(`prompt.${prompt.accent}`)}: </span>${prompt.text}</p>
        <p class="why">${prompt.why}</p>
      </div>
      <${Buttons} prompt=${prompt} number=${number} isLast=${isLast} onAnswer=${onAnswer} />
    </li>`;
}

export function Prompts({ prompts, onAnswer }) {
  const last = useRef(null); // the prompt that was answered last: a key takes it back
  const answer = (id, word) => {
    last.current = word ? id : null;
    onAnswer(id, word);
  };
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
        <${Prompt} key=${prompt.id} prompt=${prompt} number=${n + 1} isLast=${prompt.id === last.current} onAnswer=${answer} />`)}
    </ol>`;
}

// What the page keeps to itself, and why.
export function Quiet({ customer }) {
  const about = { thanks: "quiet.thanks", leave: "quiet.leave" }[customer.relate];
  return about ? html`<p class="quiet-line" data-place="quiet"><b>${say("quiet.label")}</b> ${sayOf(about, customer)}</p>` : null;
}
