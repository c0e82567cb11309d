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
  const list = useRef(null);
  useEffect(() => list.current.children[chosen]?.scrollIntoView({ block: "nearest" }), [chosen]);
  return html`
    <ul class="found" ref=${list} role="listbox" id=${id} aria-label=${say("search.label")}>
      ${rows.map((row, n) => html`
        <li key=${row.id ?? "new"} id="${id}-${n}" role="option" aria-selected=${n === chosen ? "true" : "false"}
          onPointerEnter=${() => onPoint(n)} onPointerDown=${(e) => e.preventDefault()} onClick=${() => onPick(row)}>
          ${row.isNew
            ? html`<span class="face small plus" aria-hidden="true">+</span><span>${say("search.new", { name: row.name })}</span>`
            : html`<${Person} customer=${row} />`}
        </li>`)}
    </ul>`;
}

// What is typed, who fits, which row is chosen, and what the keys of the field do.
function useSearch({ field, canAdd, onPick, onFail }) {
  const [text, setText] = useState("");
  const [chosen, choose] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const wanted = text.trim();
  const found = useFound(wanted);
  const isFresh = found.text === wanted && wanted !== "";
  // "Add as new" comes with the answer, not before it: else it would stand where a moment later somebody else does.
  const rows = wanted === "" ? [] : [...found.customers, ...(canAdd && isFresh ? [{ isNew: true, name: wanted }] : [])];
  const isShown = isOpen && rows.length > 0;

  function type(typed) {
    setText(typed);
    choose(0);
    setOpen(typed !== "");
  }

  async function pick(row) {
    type("");
    field.current.blur();
    try {
      await onPick(row.isNew ? await addCustomer(row.name) : row);
    } catch (refusal) {
      onFail(refusal);
    }
  }

  const inList = {
    ArrowDown: () => choose((chosen + 1) % rows.length),
    ArrowUp: () => choose((chosen + rows.length - 1) % rows.length),
    // Enter waits for the answer to what was typed: the row under it must not change on the way.
    Enter: () => isFresh && pick(rows[chosen] ?? rows[0]),
  };

  function keyDown(event) {
    if (event.key === "Escape" && text !== "") {
      event.preventDefault(); // and a dialog around the field stays
      type("");
    } else if (event.key === "Escape") {
      field.current.blur();
    } else if (isShown && inList[event.key]) {
      event.preventDefault();
      inList[event.key]();
    }
  }

  return { text, rows, chosen, isShown, isFresh, type, pick, choose, setOpen, keyDown, count: found.customers.length };
}

// `letter` focuses the field. onPick(customer) may return a promise; onFail hears a refusal.
export function Search({ id, label, hint, letter, onPick, onFail, autoFocus, canAdd = true }) {
  const field = useRef(null);
  const search = useSearch({ field, canAdd, onPick, onFail });
  const { rows, chosen, isShown } = search;
  const list = `${id}-rows`;

  useKey(letter, () => field.current.focus());
  useEffect(() => {
    if (autoFocus) {
      field.current.focus();
    }
  }, []);

  return html`
    <div class="search">
      <input ref=${field} id=${id} type="text" value=${search.text} placeholder=${hint ?? label} aria-label=${label}
        role="combobox" aria-autocomplete="list" aria-expanded=${isShown ? "true" : "false"} aria-controls=${list}
        aria-activedescendant=${isShown ? `${list}-${chosen}` : undefined}
        autocomplete="off" spellcheck="false" enterkeyhint="search"
        onInput=${(e) => search.type(e.target.value)} onKeyDown=${search.keyDown}
        onFocus=${() => search.setOpen(true)} onBlur=${() => search.setOpen(false)} />
      ${letter && html`<${Key} letter=${letter} />`}
      ${isShown && html`<${Rows} id=${list} rows=${rows} chosen=${chosen} onPick=${search.pick} onPoint=${search.choose} />`}
      <span class="unseen" role="status">${isShown && search.isFresh ? sayCount("search.results", search.count) : ""}</span>
    </div>`;
}
