// What this browser was told: kept here, not in the service, because it is about this screen.

const DEFAULTS = { shade_seconds: 60, letter_keys: "on" };
const PREFIX = "tillside.";

export function preference(name) {
  let kept = null;
  try {
    kept = localStorage.getItem(PREFIX + name);
  } catch {
    // A browser that keeps nothing gets the defaults.
  }
  if (kept === null) {
    return DEFAULTS[name];
  }
  return typeof DEFAULTS[name] === "number" ? Number(kept) : kept;
}

export function prefer(name, value) {
  try {
    localStorage.setItem(PREFIX + name, String(value));
  } catch {
    // As above.
  }
  document.dispatchEvent(new CustomEvent("preference-changed"));
}
