// The privacy shade: names and prompts are hidden when nobody has touched the screen for a while, or by one key.
// A touch or a key brings them back; a scan does not, because the customer may be the one who looks.
import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { preference } from "../preferences.js";
import { say } from "../words.js";

const TOUCHES = ["pointerdown", "wheel", "input", "letter-typed"];

// [isDown, lower, raise]
export function useShade() {
  const [isDown, setDown] = useState(false);
  const timer = useRef(null);
  useEffect(() => {
    const wait = () => {
      clearTimeout(timer.current);
      const seconds = preference("shade_seconds");
      timer.current = seconds > 0 ? setTimeout(setDown, seconds * 1000, true) : null;
    };
    const heard = [...TOUCHES, "preference-changed"];
    heard.forEach((name) => document.addEventListener(name, wait, { capture: true, passive: true }));
    wait();
    return () => {
      clearTimeout(timer.current);
      heard.forEach((name) => document.removeEventListener(name, wait, { capture: true }));
    };
  }, []);
  return [isDown, () => setDown(true), () => setDown(false)];
}

// A modal dialog lies above every other, and takes the rest of the page out of reach of keys and screen readers.
export function Shade({ isSomeoneHere, onRaise }) {
  const shade = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    shade.current.showModal();
    return () => before?.focus?.();
  }, []);
  const key = (event) => ["Enter", "Escape", " ", "Tab"].includes(event.key) && !event.defaultPrevented && onRaise();
  return html`
    <dialog class="shade" ref=${shade} aria-label=${say("shade.title")} onClick=${onRaise} onClose=${onRaise} onKeyDown=${key}>
      <p class="brand">Tillside</p>
      <p class="shade-lead" tabindex="-1" autofocus>${isSomeoneHere ? `${say("shade.someone")} ` : ""}${say("shade.lead")}</p>
    </dialog>`;
}
