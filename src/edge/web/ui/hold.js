// Nothing moves under a finger: while one is down, what arrives live waits, and comes when it is lifted.

const SETTLE_MS = 180; // a press becomes a click after the finger is up

let fingers = 0;
let waiting = [];
let timer = null;

function release() {
  timer = null;
  const ready = waiting;
  waiting = [];
  ready.forEach((fn) => fn());
}

function lifted() {
  fingers = 0;
  clearTimeout(timer);
  timer = setTimeout(release, SETTLE_MS);
}

document.addEventListener("pointerdown", () => { fingers = 1; }, true);
document.addEventListener("pointerup", lifted, true);
document.addEventListener("pointercancel", lifted, true);
window.addEventListener("blur", lifted);

export function whenNothingIsHeld(fn) {
  if (fingers === 0 && timer === null) {
    fn();
  } else {
    waiting.push(fn);
  }
}
