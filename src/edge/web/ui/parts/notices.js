// What is wrong just now, said plainly in one place, where it moves nothing else.
import { html } from "../vendor/preact-htm.js";
import { tellTime } from "../tell.js";
import { say, sayOne } from "../words.js";

const PRINTER_TROUBLES = ["paper_end", "cover_open", "offline", "gone"];

// The names of what is wrong, the worst first.
export function troublesOf({ link, status }) {
  if (link === "down") {
    return ["link"];
  }
  const troubles = [];
  if (status.tap === "down") {
    troubles.push("tap");
  } else if (PRINTER_TROUBLES.includes(status.printer)) {
    troubles.push(status.printer);
  }
  if (status.journal === "stopped") {
    troubles.push("journal");
  }
  if (status.scanner === "down") {
    troubles.push("scanner");
  }
  return troubles;
}

// One trouble is told in full, several by their names.
function tell(troubles, state) {
  if (troubles.length === 1) {
    return say(`notice.${troubles[0]}`, { time: state.heardAt ? tellTime(state.heardAt) : "" });
  }
  return troubles.map((name) => sayOne("status.short", name)).join(" · ");
}

export function Devices({ state }) {
  const troubles = troublesOf(state);
  const fine = state.status.scanner === "up" ? "status.fine.scanner" : "status.fine";
  return html`
    <p class="devices ${troubles.length > 0 ? "wrong" : ""}" role="status">
      <span class="dot" aria-hidden="true"></span>
      <span>${troubles.length > 0 ? tell(troubles, state) : say(fine)}</span>
    </p>`;
}

// What a press could not do.
export function Failure({ text }) {
  return html`<div class="failures" role="alert">${text && html`<p class="failure">${text}</p>`}</div>`;
}
