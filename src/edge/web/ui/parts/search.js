// Search as you type: a field, and under it who fits. Picking someone is up to whoever shows it.
import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { addCustomer, searchCustomers } from "../api.js";
import { useKey } from "../keys.js";
import { tellAge } from "../tell.js";
import { say, sayCount } from "../words.js";
import { Key } from "./act.js";

const PAUSE_MS = 60;

// What fits `text`; an answer that was overtaken by a later question is dropped.
function useFound(text) {
  const [found, setFound] = useState({ text: "", customers: [] });
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(async () => {
      const answer = text ? await searchCustomers(text).catch(() => null) : { customers: [] };
      if (isWanted && answer) {
        setFound({ text, customers: answer.customers });
      }
    }, text ? PAUSE_MS : 0);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [text]);
  return found;
}

function Person({ customer }) {
  const last = customer.last_visit_at ? say("search.last", { age: tellAge(customer.last_visit_at) }) : say("search.never");
  return html`
    <span class="face small" aria-hidden="true">${customer.initials}</span>
    <span class="found-name"><b>${customer.name}</b>${customer.tag && html`<span class="soft">${customer.tag}</span>`}</span>
    <span class="soft found-last">${last}</span>`;
}

function Rows({ id, rows, chosen, onPick, onPoint }) {
  return html`
    <ul class="found" role="listbox" id=${id} aria-label=${say("search.label")}>
      ${rows.map((row, n) => html`
        <li key=${row.id ?? "new"} id="${id}-${n}" role="option" aria-selected=${n === chosen ? "true" : "false"}
          onPointerEnter=${() => onPoint(n)} onPointerDown=${(e) => e.preventDefault()} onClick=${() => onPick(row)}>
          ${row.isNew
            ? html`<span class="face small plus" aria-hidden="true">+</span><span>${say("search.new", { name: row.name })}</span>`
            : html`<${Person} customer=${row} />`}
        </li>`)}
    </ul>`;
}

// `letter` focuses the field. onPick(customer) may return a promise; onFail hears a refusal.
export function Search({ id, label, hint, letter, onPick, onFail, autoFocus, canAdd = true }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const field = useRef(null);
  const wanted = text.trim();
  const found = useFound(wanted);
  const isFresh = found.text === wanted && wanted !== "";
  // "Add as new" comes with the answer, not before it: else it would stand where a moment later somebody else does.
  const rows = wanted === "" ? [] : [...found.customers, ...(canAdd && isFresh ? [{ isNew: true, name: wanted }] : [])];
  const isShown = isOpen && rows.length > 0;

  useKey(letter, () => field.current.focus());
  useEffect(() => {
    if (autoFocus) {
      field.current.focus();
    }
  }, []);

  function clear() {
    setText("");
    setOpen(false);
    setChosen(0);
  }

  async function pick(row) {
    clear();
    field.current.blur();
    try {
      await onPick(row.isNew ? await addCustomer(row.name) : row);
    } catch (refusal) {
      onFail(refusal);
    }
  }

  const onKey = {
    ArrowDown: () => setChosen((chosen + 1) % rows.length),
    ArrowUp: () => setChosen((chosen + rows.length - 1) % rows.length),
    // Enter waits for the answer to what was typed: the row under it must not change on the way.
    Enter: () => isFresh && pick(rows[chosen] ?? rows[0]),
  };

  function keyDown(event) {
    if (event.key === "Escape" && (text !== "" || isOpen)) {
      event.preventDefault();
      event.stopPropagation();
      clear();
    } else if (event.key === "Escape") {
      field.current.blur();
    } else if (onKey[event.key] && isShown) {
      event.preventDefault();
      onKey[event.key]();
    }
  }

  return html`
    <div class="search">
      <input ref=${field} id=${id} type="text" value=${text} placeholder=${hint ?? label} aria-label=${label}
        role="combobox" aria-autocomplete="list" aria-expanded=${isShown ? "true" : "false"} aria-controls="${id}-rows"
        aria-activedescendant=${isShown ? `${id}-rows-${chosen}` : undefined}
        autocomplete="off" spellcheck="false" enterkeyhint="search"
        onInput=${(e) => { setText(e.target.value); setChosen(0); setOpen(true); }}
        onFocus=${() => setOpen(true)} onBlur=${() => setOpen(false)} onKeyDown=${keyDown} />
      ${letter && html`<${Key} letter=${letter} />`}
      ${isShown && html`<${Rows} id="${id}-rows" rows=${rows} chosen=${chosen} onPick=${pick} onPoint=${setChosen} />`}
      <span class="unseen" role="status">${isShown && isFresh ? sayCount("search.results", found.customers.length) : ""}</span>
    </div>`;
}
