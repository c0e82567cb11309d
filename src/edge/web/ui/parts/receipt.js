// The receipt as it was read, shown as paper. What is not on the paper is not shown.
import { html, useState } from "../vendor/preact-htm.js";
import { newestFirst } from "../state.js";
import { tellAmount, tellMoney, tellPrinted } from "../tell.js";
import { say, sayCount, sayOne } from "../words.js";

const SURE = 0.6;

function Row({ label, amount, look }) {
  return html`<div class="row ${look ?? ""}"><span>${label}</span><span class="amount">${amount}</span></div>`;
}

const ITEMS_AT_ONCE = 8; // the slip must stay in sight below a long receipt

function Items({ receipt }) {
  const [isOpen, setOpen] = useState(false);
  const items = receipt.items ?? [];
  const shown = isOpen || items.length <= ITEMS_AT_ONCE + 1 ? items : items.slice(0, ITEMS_AT_ONCE);
  const more = items.length - shown.length;
  const quantity = (item) => (item.qty === null || item.qty === undefined ? "" : `${item.qty} `);
  return html`
    ${shown.map((item, n) => html`
      <${Row} key=${n} label="${quantity(item)}${item.description}"
        amount=${item.amount_minor === null ? "" : tellAmount(item.amount_minor, receipt.decimals)} />`)}
    ${more > 0 && html`<button type="button" class="unfold" onClick=${() => setOpen(true)}>${sayCount("receipt.items", more)}</button>`}`;
}

function Sums({ receipt }) {
  const plain = (minor) => tellAmount(minor, receipt.decimals);
  const isGiven = (minor) => minor !== null && minor !== undefined;
  const paid = (receipt.tender ?? []).map((t) => [t.label || sayOne("receipt.paid", t.type), t.amount_minor]);
  return html`
    <div class="sums">
      ${isGiven(receipt.subtotal_minor) && receipt.subtotal_minor !== receipt.total_minor
        && html`<${Row} label=${say("receipt.subtotal")} amount=${plain(receipt.subtotal_minor)} />`}
      ${isGiven(receipt.tax_minor) && html`<${Row} label=${say("receipt.tax")} amount=${plain(receipt.tax_minor)} />`}
      ${isGiven(receipt.total_minor)
        ? html`<${Row} look="total" label=${say("receipt.total")}
            amount=${tellMoney(receipt.total_minor, receipt.currency, receipt.decimals)} />`
        : html`<p class="aside">${say("receipt.no_total")}</p>`}
      ${paid.map(([label, minor], n) => html`<${Row} key=${n} label=${label} amount=${isGiven(minor) ? plain(minor) : ""} />`)}
      ${isGiven(receipt.change_minor) && receipt.change_minor !== 0
        && html`<${Row} label=${say("receipt.change")} amount=${plain(receipt.change_minor)} />`}
    </div>`;
}

export function Receipt({ receipt }) {
  const kind = sayOne("receipt.kind", receipt.kind ?? "sale");
  const isUnsure = typeof receipt.confidence === "number" && receipt.confidence < SURE;
  const head = [receipt.store, tellPrinted(receipt.datetime)].filter(Boolean);
  return html`
    <article class="paper receipt" data-place="receipt-${receipt.id}">
      ${head.length > 0 && html`<p class="aside head">${head.map((line) => html`<span key=${line}>${line}</span>`)}</p>`}
      ${kind && html`<p class="kind">${kind}</p>`}
      <${Items} receipt=${receipt} />
      <${Sums} receipt=${receipt} />
      ${receipt.times_printed > 1 && html`<p class="aside">${sayCount("receipt.times", receipt.times_printed)}</p>`}
      ${isUnsure && html`<p class="aside">${say("receipt.unsure")}</p>`}
    </article>`;
}

export function Label({ left, right }) {
  return html`<h2 class="label"><span>${left}</span>${right && html`<span>${right}</span>`}</h2>`;
}

// The newest in full, the earlier ones folded away.
export function Receipts({ receipts }) {
  const [newest, ...earlier] = newestFirst(receipts);
  if (!newest) {
    return html`
      <section><${Label} left=${say("receipt.title")} />
        <p class="paper blank" data-place="receipt-none">${say("receipt.none")}</p></section>`;
  }
  return html`
    <section>
      <${Label} left=${say("receipt.title")} right=${newest.receipt_no} />
      <${Receipt} key=${newest.id} receipt=${newest} />
      ${earlier.length > 0 && html`
        <details class="earlier"><summary>${sayCount("receipt.more", earlier.length)}</summary>
          ${earlier.map((receipt) => html`<${Receipt} key=${receipt.id} receipt=${receipt} />`)}</details>`}
    </section>`;
}
