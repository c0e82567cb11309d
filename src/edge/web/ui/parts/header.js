// The top of the page: who we are, the search that is always there, and how the devices do.
import { html } from "../vendor/preact-htm.js";
import { say } from "../words.js";
import { Act } from "./act.js";
import { Devices } from "./notices.js";
import { Search } from "./search.js";

export function Header({ state, onPick, onFail, onHide, onKeys }) {
  return html`
    <header>
      <span class="brand">Tillside</span>
      <${Search} id="search" letter="/" label=${say("search.label")} hint=${say("search.hint")} onPick=${onPick} onFail=${onFail} />
      <${Devices} state=${state} />
      <${Act} class="quiet" letter="h" onPress=${onHide}>${say("shade.button")}<//>
      <${Act} class="quiet keys-button" letter="?" onPress=${onKeys}>${say("keys.button")}<//>
    </header>`;
}
