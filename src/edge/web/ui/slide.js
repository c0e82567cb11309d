// What arrives slides into its place: what is marked with data-place is moved from where it was to where it is.
import { useLayoutEffect, useRef } from "./vendor/preact-htm.js";

const MOVE = { duration: 260, easing: "cubic-bezier(.2, .7, .2, 1)" };
const APPEAR = [{ opacity: 0, transform: "translateY(10px)" }, { opacity: 1, transform: "none" }];

const wantsStillness = matchMedia("(prefers-reduced-motion: reduce)");

function placesIn(root) {
  const places = new Map();
  for (const element of root.querySelectorAll("[data-place]")) {
    const { left, top } = element.getBoundingClientRect();
    places.set(element.dataset.place, { element, left, top });
  }
  return places;
}

function settle({ element, left, top }, before, hasScrolled) {
  if (!before) {
    element.animate(APPEAR, MOVE);
    return;
  }
  if (hasScrolled) {
    return;
  }
  const dx = before.left - left;
  const dy = before.top - top;
  if (dx !== 0 || dy !== 0) {
    element.animate([{ transform: `translate(${dx}px, ${dy}px)` }, { transform: "none" }], MOVE);
  }
}

// `shown` lists what the drawing depends on; scrolling and a change of the window's size move things without sliding.
export function useSlide(root, shown) {
  const last = useRef(null);
  useLayoutEffect(() => {
    // An animation under way would be measured as a place.
    root.current.getAnimations({ subtree: true }).forEach((a) => a instanceof CSSTransition || a.finish());
    const now = placesIn(root.current);
    if (last.current?.width === innerWidth && !wantsStillness.matches) {
      const hasScrolled = last.current.scrolled !== scrollY;
      now.forEach((place, name) => settle(place, last.current.places.get(name), hasScrolled));
    }
    last.current = { places: now, width: innerWidth, scrolled: scrollY };
  }, shown);
}
