// A small shop to look at: invented people, what we know of them, and two receipts.

const DAY_MS = 86400000;
const ago = (days) => new Date(Date.now() - days * DAY_MS).toISOString().replace(/\.\d+Z$/, "Z");
const onDay = (days) => {
  const then = new Date(Date.now() + days * DAY_MS);
  const two = (n) => String(n).padStart(2, "0");
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
};

const person = (id, name, more) => ({
  id, name, say_as: null, tag: null, visit_count: 0, last_visit_at: null, relate: null, language: "en", pronouns: null, ties: [],
  initials: name.split(" ").map((word) => word[0]).filter((_, n, all) => n === 0 || n === all.length - 1).join(""), ...more,
});

export const customers = [
  person("101", "Anna Kovács", {
    say_as: "KO-vahtch", tag: "runs with the Sunday group", visit_count: 6, last_visit_at: ago(21), pronouns: "she/her",
    cards: ["4006381333931"],
    ties: [
      { id: "1", word: "daughter of", name: "Ilona", customer: "102" },
      { id: "2", word: "married to", name: "Tom R.", customer: "103" },
      { id: "3", word: "came through", name: "the Sunday runners", customer: "104" },
    ],
  }),
  person("102", "Ilona Kovács", { tag: "Anna’s mother", visit_count: 19, last_visit_at: ago(40), pronouns: "she/her" }),
  person("103", "Tom Reiter", { tag: "repairs guitars", visit_count: 2, last_visit_at: ago(120), pronouns: "he/him", cards: ["96385074"] }),
  person("104", "Kofi Mensah", { say_as: "KOH-fee MEN-sah", tag: "baker, Mill Lane", visit_count: 11, last_visit_at: ago(6), pronouns: "he/him", relate: "thanks", cards: ["40170725"] }),
  person("105", "Anna Kowalska", { tag: "from Gdańsk, teaches", visit_count: 1, last_visit_at: ago(300), pronouns: "she/her" }),
  person("106", "Nguyễn Thị Ánh", { tag: "new in town", language: "vi" }),
  person("108", "María del Carmen Fernández de Córdoba y Álvarez-Castellanos", {
    say_as: "ma-REE-a del KAR-men fer-NAN-deth de KOR-do-ba ee AL-va-reth kas-tel-YA-nos", tag: "the one with the long name", initials: "MÁ",
    visit_count: 122, last_visit_at: ago(800), cards: ["LONG-1"],
    ties: Array.from({ length: 12 }, (_, n) => ({ id: `9${n}`, word: "godmother of", name: `one of her many godchildren, number ${n + 1}`, customer: "101" })),
  }),
  person("107", "Ελένη Παπαδάκη", { say_as: "eh-LEH-nee", tag: "ceramics next door", visit_count: 4, last_visit_at: ago(1), language: "el" }),
];

export const ideas = {
  101: [
    { rule: "promise_due", accent: "owe", text: "Her mother’s ring is ready, and we promised to call by yesterday.", why: "Promise, made 12 Nov at the counter · one day late" },
    { rule: "said_last_time", accent: "say", text: "She ran her first half-marathon on Sunday.", why: "She told us 3 weeks ago that she would · nobody has asked yet" },
    { rule: "last_visit", accent: "story", text: "The silver hoops she bought: the maker has a new piece in the window.", why: "Bought 3 weeks ago · story ready for the slip" },
  ],
  103: [{ rule: "tie", accent: "say", text: "Married to Anna, who was here three weeks ago.", why: "Tie, told by Anna in June" }],
};

const wordy = "She asked whether the maker would engrave the inside of both rings with the whole first verse of the song they danced to, which is longer than it sounds, ";
ideas[108] = ["owe", "say", "story"].map((accent) => ({
  rule: accent, accent, text: wordy.repeat(2), why: "Told at the counter, at some length, to everybody who was there at the time · 2 years and 2 months ago",
}));

export const due = () => [
  { id: "301", customer: "102", customer_name: "Ilona Kovács", what: "Call when her ring is ready", due: onDay(-1), state: "open" },
  { id: "302", customer: "103", customer_name: "Tom Reiter", what: "Have the cufflinks engraved", due: onDay(0), state: "open" },
  { id: "303", customer: "105", customer_name: "Anna Kowalska", what: "Ask the maker about amber", due: onDay(1), state: "open" },
  { id: "304", customer: "104", customer_name: "Kofi Mensah", what: "Resize the signet ring", due: onDay(6), state: "open" },
];

const item = (qty, description, amount_minor) => ({ qty, description, amount_minor, kind: "item" });

export const receipts = {
  cleaning: {
    kind: "sale", store: "Marlow & Daughter", receipt_no: "R-10482", datetime: "2026-11-23T14:02:00",
    items: [item(1, "Ring cleaning", 1500), item(1, "Gift box, small", 450)], subtotal_minor: null, tax_minor: 311,
    taxes: [{ label: "VAT 19%", amount_minor: 311 }], total_minor: 1950, currency: "EUR", decimals: 2,
    tender: [{ type: "card", label: "Card", amount_minor: 1950 }], change_minor: null, confidence: 0.96,
  },
  long: {
    kind: "sale", store: "Marlow & Daughter, Goldsmiths and Silversmiths since 1894", receipt_no: "R-10484-2026-11-23-0000000000000042", datetime: "2026-11-23T14:41:00",
    items: Array.from({ length: 60 }, (_, n) => item(n + 1, n % 2 ? "Pneumonoultramicroscopicsilicovolcanoconiosis-Donaudampfschifffahrt" : "Jump ring", 100 * n)),
    subtotal_minor: 177000, tax_minor: null, taxes: [], total_minor: 123456789012, currency: "JPY", decimals: 0, tender: [], change_minor: null, confidence: 0.3,
  },
  cash: {
    kind: "sale", store: "Marlow & Daughter", receipt_no: "R-10483", datetime: "2026-11-23T14:20:00",
    items: [item(2, "Watch battery CR2032, fitted while you wait", 1780), item(1, "Polishing cloth", 600), item(1, "Silver dip, 250 ml", 990)],
    subtotal_minor: 3370, tax_minor: null, taxes: [], total_minor: 3370, currency: "EUR", decimals: 2,
    tender: [{ type: "cash", label: "Cash", amount_minor: 4000 }], change_minor: 630, confidence: 0.93,
  },
};
