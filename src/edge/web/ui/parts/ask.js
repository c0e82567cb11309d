// A small calm dialog: a question, a few fields, one way to keep it and one to leave.
import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { say } from "../words.js";

export const whyNot = (refusal, failed) => (refusal.message ? say(failed, { why: refusal.message }) : say(`${failed}.silent`));

// onKeep() does it and may be refused; then the dialog stays, with everything that was typed.
export function Ask({ title, keep, onKeep, onLeave, isReady = true, children }) {
  const dialog = useRef(null);
  const [trouble, setTrouble] = useState("");
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    dialog.current.querySelector("[data-first]")?.focus();
    return () => before?.focus?.();
  }, []);

  async function submit(event) {
    event.preventDefault();
    if (!isReady || isBusy) {
      return;
    }
    setBusy(true);
    try {
      await onKeep();
      onLeave();
    } catch (refusal) {
      setTrouble(whyNot(refusal, "ask.failed"));
      setBusy(false);
    }
  }

  const pressedBeside = (event) => event.target === dialog.current && onLeave();
  return html`
    <dialog ref=${dialog} class="ask" aria-labelledby="ask-title" onClose=${onLeave} onPointerDown=${pressedBeside}>
      <form method="dialog" onSubmit=${submit} novalidate>
        <h2 id="ask-title">${title}</h2>
        ${children}
        <p class="trouble" role="alert">${trouble}</p>
        <div class="ask-acts">
          <button type="button" onClick=${onLeave}>${say(keep ? "ask.cancel" : "ask.close")}</button>
          ${keep && html`<button type="submit" class="do" disabled=${!isReady || isBusy}>${keep}</button>`}
        </div>
      </form>
    </dialog>`;
}

export function Field({ label, children }) {
  return html`<label class="field"><span>${label}</span>${children}</label>`;
}
