// Someone whom we cannot name: a visit without a customer, a receipt without one, a card that finds nobody.
import { html, useState } from "../vendor/preact-htm.js";
import { newestFirst } from "../state.js";
import { say, sayCount } from "../words.js";
import { Act } from "./act.js";
import { Label, Receipt } from "./receipt.js";
import { Search } from "./search.js";

export function Stranger({ visit, onName, onClose, onFail }) {
  const title = visit.receipts.length > 0 ? "stranger.title.receipt" : "stranger.title";
  return html`
    <div class="who" data-place="who-stranger">
      <div class="face unknown" aria-hidden="true">?</div>
      <div class="who-text"><h1>${say(title)}</h1><p class="lead">${say("stranger.lead")}</p></div>
    </div>
    <div class="ask-who" data-place="ask-who">
      <${Search} id="who-search" letter="w" label=${say("stranger.search")} onPick=${onName} onFail=${onFail} />
      <${Act} letter="c" onPress=${onClose}>${say("stranger.walkin")}<small>${say("stranger.walkin.more")}</small><//>
    </div>`;
}

export function StrangeCode({ code, customer, onLink, onDismiss, onFail }) {
  return html`
    <div class="prompt by-story asking" data-place="code">
      <span class="bar" aria-hidden="true"></span>
      <div class="prompt-text">
        <p class="line">${say("code.title")}</p><p class="why">${say("code.lead", { code })}</p>
        ${!customer && html`<${Search} id="code-search" label=${say("code.search")} onPick=${onLink} onFail=${onFail} />`}
      </div>
      <div class="answers">
        ${customer && html`<${Act} class="do" letter="y" onPress=${() => onLink(customer)}>${say("code.hers", { name: customer.name })}<//>`}
        <${Act} letter="x" onPress=${onDismiss}>${say("code.dismiss")}<//>
      </div>
    </div>`;
}

// Receipts of visits that nobody named: the newest with its paper, and the question.
export function Unnamed({ receipts, customer, letter, onName, onFail }) {
  const [isAsking, ask] = useState(null);
  const [newest] = newestFirst(receipts);
  const others = receipts.length - 1;
  return html`
    <section class="unnamed">
      <${Label} left=${say("receipt.unnamed")} right=${newest.receipt_no} />
      <${Receipt} key=${newest.id} receipt=${newest} />
      <div class="pair" data-place="unnamed-acts">
        ${customer && html`<${Act} onPress=${() => onName(newest, customer)}>${say("receipt.was", { name: customer.name })}<//>`}
        ${isAsking === newest.id
          ? html`<${Search} id="receipt-search" label=${say("receipt.who")} autoFocus=${true} onFail=${onFail}
              onPick=${(picked) => onName(newest, picked)} />`
          : html`<${Act} class=${customer ? "" : "do"} letter=${letter}
              onPress=${() => ask(newest.id)}>${say("receipt.who")}<//>`}
      </div>
      ${others > 0 && html`<p class="aside">${sayCount("receipt.unnamed.more", others)}</p>`}
    </section>`;
}
