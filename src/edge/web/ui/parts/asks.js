// The dialogs of the counter: something said, a promise, a tie, the words of the slip.
import { html, useState } from "../vendor/preact-htm.js";
import { learn, writeSlip } from "../api.js";
import { dayAfter } from "../tell.js";
import { listOf, say, sayOf } from "../words.js";
import { Ask, Field } from "./ask.js";
import { Search } from "./search.js";

const TEXT_MOST = 400;
const HAND_MOST = 120;

export function AskSaid({ customer, onLeave }) {
  const [text, setText] = useState("");
  const keep = () => learn(customer.id, { facts: [{ key: "said", value: text.trim() }] });
  return html`
    <${Ask} title=${sayOf("said.title", customer)} keep=${say("ask.save")} onKeep=${keep} onLeave=${onLeave} isReady=${text.trim() !== ""}>
      <${Field} label=${say("said.label")}>
        <textarea rows="3" maxlength=${TEXT_MOST} data-first value=${text} placeholder=${say("said.hint")}
          onInput=${(e) => setText(e.target.value)}></textarea><//>
    <//>`;
}

function Days({ due, onChoose }) {
  return html`
    <div class="choices">
      ${listOf("promise.days").map(([days, word]) => html`
        <button type="button" key=${days} aria-pressed=${due === dayAfter(days) ? "true" : "false"}
          onClick=${() => onChoose(dayAfter(days))}>${word}</button>`)}
    </div>`;
}

export function AskPromise({ customer, onLeave }) {
  const [what, setWhat] = useState("");
  const [due, setDue] = useState(dayAfter(7));
  const keep = () => learn(customer.id, { promises: [{ what: what.trim(), due }] });
  return html`
    <${Ask} title=${say("promise.title", { name: customer.name })} keep=${say("promise.save")} onKeep=${keep} onLeave=${onLeave}
      isReady=${what.trim() !== "" && due !== ""}>
      <${Field} label=${say("promise.what")}>
        <input type="text" maxlength=${TEXT_MOST} data-first value=${what} placeholder=${say("promise.hint")}
          onInput=${(e) => setWhat(e.target.value)} autocomplete="off" /><//>
      <${Field} label=${say("promise.due")}>
        <input type="date" value=${due} min=${dayAfter(0)} onInput=${(e) => setDue(e.target.value)} /><//>
      <${Days} due=${due} onChoose=${setDue} />
    <//>`;
}

export function AskTie({ customer, onLeave }) {
  const pairs = listOf("tie.words");
  const [chosen, choose] = useState(0);
  const [other, setOther] = useState(null);
  const [trouble, setTrouble] = useState("");
  const keep = () => learn(customer.id, { ties: [{ word: pairs[chosen][0], other: other.id, back_word: pairs[chosen][1] }] });
  return html`
    <${Ask} title=${sayOf("tie.title", customer)} keep=${say("tie.save")} onKeep=${keep} onLeave=${onLeave} isReady=${other !== null}>
      <${Field} label=${say("tie.word", { name: customer.name })}>
        <select data-first value=${chosen} onChange=${(e) => choose(Number(e.target.value))}>
          ${pairs.map(([word], n) => html`<option key=${word} value=${n}>${word}</option>`)}
        </select><//>
      <div class="field"><span aria-hidden="true">${say("tie.other")}</span>
        ${other
          ? html`<div class="picked"><span><b>${other.name}</b>${other.tag && html`<span class="soft">${other.tag}</span>`}</span>
              <button type="button" onClick=${() => setOther(null)}>${say("tie.change")}</button></div>`
          : html`<${Search} id="tie-search" label=${say("tie.other")} hint=${say("search.hint")} onPick=${setOther}
              onFail=${(refusal) => setTrouble(refusal.message)} />`}
      </div>
      <p class="trouble">${trouble}</p>
    <//>`;
}

export function AskSlip({ slip, onLeave }) {
  const [hand, setHand] = useState(slip.values?.hand ?? "");
  const [story, setStory] = useState(slip.values?.story ?? "");
  const keep = () => writeSlip(slip.id, { hand: hand.trim(), story: story.trim() });
  return html`
    <${Ask} title=${say("edit.title")} keep=${say("edit.save")} onKeep=${keep} onLeave=${onLeave}>
      <${Field} label=${say("edit.hand")}>
        <textarea rows="2" class="by-hand" maxlength=${HAND_MOST} data-first value=${hand}
          onInput=${(e) => setHand(e.target.value)}></textarea><//>
      <${Field} label=${say("edit.story")}>
        <textarea rows="4" maxlength=${TEXT_MOST} value=${story} onInput=${(e) => setStory(e.target.value)}></textarea><//>
    <//>`;
}
