// Times, days and amounts as a person says them.
import { locale, say, sayCount } from "./words.js";

const DAY_MS = 86400000;
const UNITS = [["year", 365 * DAY_MS], ["month", 30.4 * DAY_MS], ["week", 7 * DAY_MS], ["day", DAY_MS]];

const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" });

const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
const daysBetween = (from, to) => Math.round((startOfDay(to) - startOfDay(from)) / DAY_MS);

export const tellTime = (when) => clock.format(new Date(when));

// "3 weeks ago"; within a week by the day, so that "yesterday" means yesterday.
export function tellAge(iso, now = new Date()) {
  const days = daysBetween(new Date(iso), now);
  const [unit, size] = UNITS.find(([, ms]) => days * DAY_MS >= 2 * ms) ?? ["day", DAY_MS];
  return relative.format(-Math.round((days * DAY_MS) / size), unit);
}

// A day without a time, "2026-11-30", is a day here, wherever here is.
export function dayOf(text) {
  const [year, month, date] = text.split("-").map(Number);
  return new Date(year, month - 1, date);
}

export function tellDue(text, now = new Date()) {
  const days = daysBetween(now, dayOf(text));
  if (days < 0) {
    return { text: sayCount("due.late", -days), isLate: true };
  }
  const near = ["due.today", "due.tomorrow"][days];
  return { text: near ? say(near) : day.format(dayOf(text)), isLate: false };
}

export function dayAfter(days, now = new Date()) {
  const then = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
  const two = (n) => String(n).padStart(2, "0");
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}

// A receipt's own time has no zone: it is told as it stands there.
export function tellPrinted(text) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?/.exec(text ?? "");
  if (!parts) {
    return "";
  }
  const when = new Date(parts[1], parts[2] - 1, parts[3], parts[4] ?? 0, parts[5] ?? 0);
  return day.format(when) + (parts[4] ? `, ${clock.format(when)}` : "");
}

export function tellAmount(minor, decimals) {
  const digits = decimals ?? 2;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(locale, options).format(minor / 10 ** digits);
}

export function tellMoney(minor, currency, decimals) {
  if (!/^[A-Z]{3}$/.test(currency ?? "")) {
    return tellAmount(minor, decimals);
  }
  const digits = decimals ?? 2;
  const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(locale, options).format(minor / 10 ** digits);
}

const languages = new Intl.DisplayNames([locale], { type: "language" });

export function tellLanguage(tag) {
  return /^[a-z]{2,3}(-[A-Za-z]{2,4})?$/.test(tag ?? "") ? languages.of(tag) : "";
}
