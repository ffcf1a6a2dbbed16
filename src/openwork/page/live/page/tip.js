// The one small box that tells the number under the pointer, or under the cursor of the keys.

import { html, say } from "./dom.js";

const AWAY = 14;
const EDGE = 8;

/** @type {HTMLElement | null} */
let tipBox = null;
/** @type {HTMLElement | null} */
let tipVoice = null;

/**
 * Shows a text beside a place on the screen.
 * @param {string} text lines are kept
 * @param {number} x px from the left of the window
 * @param {number} y px from its top
 */
export function showTip(text, x, y) {
  tipBox ??= added(html("div", { class: "live-tip", "aria-hidden": "true" }));
  say(tipBox, text);
  tipBox.hidden = false;
  const { width, height } = tipBox.getBoundingClientRect();
  const left = Math.min(Math.max(x + AWAY, EDGE), innerWidth - width - EDGE);
  const above = y - height - AWAY;
  tipBox.style.transform = `translate(${Math.round(left)}px, ${Math.round(above < EDGE ? y + AWAY : above)}px)`;
}

/** Takes the box away. */
export function hideTip() {
  if (tipBox) tipBox.hidden = true;
}

/**
 * Says a text to who listens instead of looking.
 * @param {string} text
 */
export function announce(text) {
  tipVoice ??= added(html("div", { class: "live-voice", role: "status", "aria-live": "polite" }));
  say(tipVoice, text);
}

/**
 * Tells what lies under the pointer while it moves over an element.
 * @param {Element} element
 * @param {(target: Element) => string | null} tell the text for what is pointed at, null where there is nothing to tell
 */
export function tellOnHover(element, tell) {
  const follow = (/** @type {Event} */ event) => {
    const { clientX, clientY, target } = /** @type {PointerEvent} */ (event);
    const text = target instanceof Element ? tell(target) : null;
    if (text === null) hideTip();
    else showTip(text, clientX, clientY);
  };
  element.addEventListener("pointermove", follow);
  element.addEventListener("pointerdown", follow);
  element.addEventListener("pointerleave", hideTip);
}

/**
 * @param {HTMLElement} element
 * @returns {HTMLElement}
 */
function added(element) {
  document.body.append(element);
  return element;
}
