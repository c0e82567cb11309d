// What the page knows, and what an event does to it. Values to values: nothing here asks, waits or draws.

export const nothingYet = {
  isKnown: false, // has the service answered at all?
  visit: null,
  unjoined: [],
  due: [],
  status: { tap: "up", printer: "ready", scanner: "up" },
  link: "connecting", // connecting, up, down
  heardAt: null, // when the service last said something, ms
  strangeCode: null, // a scanned code that finds nobody
};

export function withCurrent(state, current, nowMs) {
  return {
    ...state,
    isKnown: true,
    visit: current.visit,
    unjoined: current.unjoined ?? [],
    due: current.due ?? [],
    status: { ...state.status, ...current.status },
    heardAt: nowMs,
  };
}

const withStatus = (name) => (state, event) => ({ ...state, status: { ...state.status, [name]: event.text } });

export const newestFirst = (receipts) => [...receipts].sort((a, b) => b.printed_at.localeCompare(a.printed_at));

const putReceipt = (receipts, receipt) => [receipt, ...receipts.filter((r) => r.id !== receipt.id)];

function receiptRead(state, { detail: receipt }) {
  if (!receipt) {
    return state;
  }
  if (state.visit && receipt.visit === state.visit.id) {
    return { ...state, visit: { ...state.visit, receipts: putReceipt(state.visit.receipts, receipt) } };
  }
  return receipt.customer_name ? state : { ...state, unjoined: putReceipt(state.unjoined, receipt) };
}

function slipChanged(state, event) {
  const slip = state.visit?.slip;
  if (!slip || slip.id !== event.slip) {
    return state;
  }
  return { ...state, visit: { ...state.visit, slip: { ...slip, state: event.text ?? slip.state } } };
}

function visitChanged(state, { detail: visit }) {
  if (!visit) {
    return state;
  }
  return { ...state, visit: visit.state === "closed" ? null : visit };
}

const changes = {
  "visit-changed": visitChanged,
  "visit-closed": (state, event) => (state.visit?.id === event.visit ? { ...state, visit: null } : state),
  "receipt-read": receiptRead,
  "slip-changed": slipChanged,
  "tap-changed": withStatus("tap"),
  "printer-changed": withStatus("printer"),
  "scanner-changed": withStatus("scanner"),
  "code-scanned": (state, event) => ({ ...state, strangeCode: event.customer ? null : event.text }),
};

export const eventNames = [...Object.keys(changes), "customer-changed", "reset"];

export function withEvent(state, event) {
  const change = changes[event.event];
  return { ...(change ? change(state, event) : state), heardAt: event.time_ms ?? state.heardAt };
}

// Events that carry less than the page shows: after these it asks once more.
const ASK_AGAIN = new Set(["tap-changed", "visit-closed", "receipt-read", "slip-changed", "customer-changed", "reset"]);
export const wantsMore = (event) => ASK_AGAIN.has(event.event);

export const withLink = (state, link) => ({ ...state, link });
export const withoutStrangeCode = (state) => ({ ...state, strangeCode: null });

// An answer shows at once; the service's own word replaces it.
export function withAnswer(state, prompt, answer) {
  if (!state.visit) {
    return state;
  }
  const prompts = state.visit.prompts.map((p) => (p.id === prompt ? { ...p, answer } : p));
  return { ...state, visit: { ...state.visit, prompts } };
}
