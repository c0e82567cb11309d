// Who is here: the name to read from a metre away, how to say it, and who belongs to whom.
import { html, useState } from "../vendor/preact-htm.js";
import { tellAge } from "../tell.js";
import { say, sayOf, sayOrdinal } from "../words.js";
import { Act } from "./act.js";

// A line that is too long breaks between these, not within one.
const unbroken = (text) => text.replaceAll(" ", "\u00a0");

function about(customer) {
  const parts = [];
  if (customer.say_as) {
    parts.push(say("who.say", { say: customer.say_as }));
  }
  parts.push(unbroken(customer.visit_count > 0 ? sayOrdinal("who.visit", customer.visit_count + 1) : say("who.first")));
  if (customer.last_visit_at) {
    parts.push(unbroken(say("who.last", { age: tellAge(customer.last_visit_at) })));
  }
  return parts.join(" · ");
}

const TIES_AT_ONCE = 4; // a large family must not push the prompts off the screen

function Ties({ ties }) {
  const [isOpen, setOpen] = useState(false);
  if (ties.length === 0) {
    return null;
  }
  const shown = isOpen || ties.length === TIES_AT_ONCE + 1 ? ties : ties.slice(0, TIES_AT_ONCE);
  const more = ties.length - shown.length;
  return html`
    <ul class="ties" aria-label=${say("who.ties")}>
      ${shown.map((tie) => html`<li key=${tie.id} class="chip" data-place="tie-${tie.id}">${tie.word} <b>${tie.name}</b></li>`)}
      ${more > 0 && html`<li key="more"><button type="button" class="quiet" onClick=${() => setOpen(true)}>${say("who.more", { n: more })}</button></li>`}
    </ul>`;
}

export function Who({ customer, onNot }) {
  return html`
    <div class="who" data-place="who-${customer.id}">
      <div class="face" aria-hidden="true">${customer.initials}</div>
      <div class="who-text">
        <h1>${customer.name}</h1>
        <p class="lead">${about(customer)}</p>
        <${Ties} key=${customer.id} ties=${customer.ties ?? []} />
      </div>
      <${Act} class="quiet" letter="n" onPress=${onNot}>${sayOf("who.not", customer)}<//>
    </div>`;
}
