// The page's words, in the language of the page.
import en from "./words/en.js";

const catalogues = { en };

const wanted = navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => tag in catalogues);
export const language = wanted ?? "en";
// Dates and amounts follow the browser's own region, as long as it is of the page's language.
export const locale = navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
const words = catalogues[language];

const cardinal = new Intl.PluralRules(locale);
const ordinal = new Intl.PluralRules(locale, { type: "ordinal" });

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export function say(key, values = {}) {
  return fill(words[key], values);
}

export function sayCount(key, n, values = {}) {
  const forms = words[key];
  return fill(forms[cardinal.select(n)] ?? forms.other, { n, ...values });
}

export function sayOrdinal(key, n) {
  const forms = words[key];
  return fill(forms[ordinal.select(n)] ?? forms.other, { n });
}

// One of several, by a word of the service; "" when it is a word that this page does not know.
export const sayOne = (key, choice) => words[key][choice] ?? "";

// "she/her" -> she; who was not asked is "they".
export function sayOf(key, customer, values = {}) {
  const spoken = (customer?.pronouns ?? "").split("/")[0].trim().toLowerCase();
  return fill(words[key][spoken] ?? words[key].they, values);
}

export const listOf = (key) => words[key];
