// The slip, dot for dot as it will come out of the printer.
import { html } from "../vendor/preact-htm.js";
import { tellLanguage } from "../tell.js";
import { say, sayOf, sayOne } from "../words.js";
import { Act } from "./act.js";
import { Label } from "./receipt.js";

const CAN_BE_EDITED = new Set(["draft", "waiting"]);
const BLANK = { width: 576, height: 420 }; // dots
const CAN_BE_PRINTED = new Set(["draft", "waiting", "printed", "failed"]);

// Until its own picture is there, the sheet is as large as the one before.
function Picture({ slip, picture }) {
  const words = [slip.values?.hand, slip.values?.story].filter(Boolean).join(" ");
  const isOwn = picture && picture.address.split("?")[0] === slip.picture.split("?")[0];
  return isOwn
    ? html`<img src=${picture.address} width=${picture.width} height=${picture.height} alt=${say("slip.picture", { text: words })} />`
    : html`<svg viewBox="0 0 ${picture?.width ?? BLANK.width} ${picture?.height ?? BLANK.height}" aria-hidden="true"></svg>`;
}

export function Slip({ slip, picture, customer, onEdit, onPrint }) {
  const title = customer ? sayOf("slip.title", customer) : say("slip.title.walkin");
  if (!slip) {
    return html`
      <section><${Label} left=${title} /><p class="paper blank" data-place="slip-none">${say("slip.none")}</p></section>`;
  }
  return html`
    <section>
      <${Label} left="${title}, ${sayOne("slip.state", slip.state)}" right=${tellLanguage(customer?.language)} />
      <div class="paper slip ${slip.state}" data-place="slip-${slip.id}">
        <${Picture} slip=${slip} picture=${picture} />
      </div>
      <div class="pair" data-place="slip-acts">
        <${Act} letter="e" isOff=${!CAN_BE_EDITED.has(slip.state)} onPress=${onEdit}>${say("slip.edit")}<//>
        <${Act} class="do" letter="p" isOff=${!CAN_BE_PRINTED.has(slip.state)} onPress=${onPrint}>
          ${say(slip.state === "printed" ? "slip.again" : "slip.print")}<//>
      </div>
    </section>`;
}
