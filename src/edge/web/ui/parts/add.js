// The common acts of a visit, one press each.
import { html } from "../vendor/preact-htm.js";
import { say, sayOf } from "../words.js";
import { Act } from "./act.js";

export function Add({ customer, onSaid, onPromise, onTie, onClose }) {
  return html`
    <div class="add" role="group" aria-label=${say("add.label")} data-place="add">
      <${Act} letter="s" onPress=${onSaid}>${sayOf("add.said", customer)}<small>${say("add.said.more")}</small><//>
      <${Act} letter="m" onPress=${onPromise}>${say("add.promise")}<small>${say("add.promise.more")}</small><//>
      <${Act} letter="k" onPress=${onTie}>${sayOf("add.tie", customer)}<small>${say("add.tie.more")}</small><//>
      <${Act} letter="c" onPress=${onClose}>${say("add.close")}<small>${say("add.close.more")}</small><//>
    </div>`;
}
