// The keyboard of the whole page: what a wedge scanner types, and the letter that each act has.
//
// A wedge scanner is a keyboard that types fast and ends with Enter. So a letter is taken for an act only when no other
// follows at once; the acts' letters work alone (unless switched off) and always together with Alt.
import { useEffect, useRef } from "./vendor/preact-htm.js";
import { preference } from "./preferences.js";

const GAP_MS = 70; // scanners type faster than this; a person seldom does
const FIELD_GAP_MS = 35; // in a field people type faster than over the page
const HELD_UP_MS = 300;
const SURE_AFTER = 3; // keys
const CODE_AT_LEAST = 4;
const FIELD_CODE_AT_LEAST = 6; // keys that no person types so fast one after another
const HINTS_AFTER_MS = 250;
const FIELDS = "input, textarea, select";

const acts = new Map(); // letter -> functions, the newest last

export function useKey(letter, fn) {
  const newest = useRef(fn);
  newest.current = fn;
  useEffect(() => {
    if (!letter) {
      return undefined;
    }
    const act = () => newest.current?.();
    acts.set(letter, [...(acts.get(letter) ?? []), act]);
    return () => acts.set(letter, acts.get(letter).filter((a) => a !== act));
  }, [letter]);
}

const isAsking = () => document.querySelector("dialog[open]") !== null;

function act(letter) {
  const found = acts.get(letter)?.at(-1);
  if (found && !isAsking()) {
    found();
  }
  return Boolean(found);
}

// "!" is Shift+1 on some keyboards only, so digits are told by their place.
function letterOf(event) {
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit) {
    return (event.shiftKey ? "shift+" : "") + digit[1];
  }
  const letter = /^Key([A-Z])$/.exec(event.code);
  const isPlain = /^[\x21-\x7e]$/.test(event.key);
  return isPlain || !letter ? event.key.toLowerCase() : letter[1].toLowerCase();
}

function showHints() {
  let timer = null;
  const hide = () => {
    clearTimeout(timer);
    delete document.documentElement.dataset.hints;
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Alt" && !event.repeat) {
      timer = setTimeout(() => { document.documentElement.dataset.hints = "shown"; }, HINTS_AFTER_MS);
    }
  });
  document.addEventListener("keyup", (event) => event.key === "Alt" && hide());
  window.addEventListener("blur", hide);
}

// A burst of keys: what was typed without a pause. Its first keys must come fast; then it is a scanner, and may be held up
// by a busy machine. In a field, where people type fast, every key must.
const gaps = {
  page: (count) => (count < SURE_AFTER ? GAP_MS : HELD_UP_MS),
  field: () => FIELD_GAP_MS,
};

function newBurst() {
  let text = "";
  let last = -Infinity;
  const isOver = (atMs, gapOf) => atMs - last > gapOf(text.length);
  return {
    add(key, atMs, gapOf) {
      text = isOver(atMs, gapOf) ? key : text + key;
      last = atMs;
      return text.length;
    },
    take(atMs, gapOf) {
      const taken = isOver(atMs, gapOf) ? "" : text;
      text = "";
      return taken;
    },
  };
}

// `onScan` gets a code; `onLetter` each lone letter first, and answers true when it used it up.
export function listenToKeys({ onScan, onLetter }) {
  const burst = newBurst();
  let timer = null;

  function enter(event, field) {
    const code = burst.take(event.timeStamp, field ? gaps.field : gaps.page);
    clearTimeout(timer);
    if (code.length < (field ? FIELD_CODE_AT_LEAST : CODE_AT_LEAST) || (field && !field.value.endsWith(code))) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (field) {
      field.value = field.value.slice(0, -code.length);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    onScan(code);
  }

  function alone(letter) {
    if (!onLetter(letter) && (preference("letter_keys") === "on")) {
      act(letter);
    }
  }

  function typed(event) {
    const count = burst.add(event.key, event.timeStamp, gaps.page);
    const letter = letterOf(event);
    clearTimeout(timer);
    if (count > 1 || letter === "/") {
      event.preventDefault();
    }
    timer = count === 1 ? setTimeout(alone, GAP_MS, letter) : null;
  }

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.(FIELDS) ?? null;
    if (event.isComposing || event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.altKey && event.key !== "Alt") {
      if (act(letterOf(event))) {
        event.preventDefault();
      }
    } else if (event.key === "Enter") {
      enter(event, field);
    } else if (event.key.length === 1 && field) {
      burst.add(event.key, event.timeStamp, gaps.field);
    } else if (event.key.length === 1 && event.key !== " " && !event.repeat) {
      typed(event);
    }
  }, true);
  showHints();
}
