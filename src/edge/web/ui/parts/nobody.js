// Nobody is here: what we promised, and how a visit begins.
import { html } from "../vendor/preact-htm.js";
import { tellDue } from "../tell.js";
import { say } from "../words.js";

function Due({ promise }) {
  const due = tellDue(promise.due);
  return html`
    <li class="due" data-place="due-${promise.id}">
      <span class="bar ${due.isLate ? "owe" : ""}" aria-hidden="true"></span>
      <span class="due-what">${promise.what}<span class="soft"> ${say("nobody.for", { name: promise.customer_name })}</span></span>
      <span class="due-when ${due.isLate ? "late" : ""}">${due.text}</span>
    </li>`;
}

export function Nobody({ due, children }) {
  return html`
    <div class="nobody" data-place="nobody">
      <h1>${say("nobody.title")}</h1>
      <p class="lead">${say("nobody.lead")}</p>
    </div>
    ${children}
    ${due.length === 0
      ? html`<p class="prompt calm alone" data-place="due-none">${say("nobody.nothing_due")}</p>`
      : html`
        <section class="dues" data-place="dues">
          <h2 class="label">${say("nobody.due")}</h2>
          <ul>${due.map((promise) => html`<${Due} key=${promise.id} promise=${promise} />`)}</ul>
        </section>`}`;
}
