// Numbers as they are written on the page.

const GROUPED = new Intl.NumberFormat("en-GB");
const NOTHING = "\u2013";

/**
 * @param {number} value a whole number
 * @returns {string} `65,536`
 */
export function count(value) {
  return GROUPED.format(value);
}

/**
 * A share of 1 as a percentage that says 100 only where it is all, and 0 only where it is nothing.
 * @param {number} share
 * @returns {string} `97.30 %`, its space unbroken
 */
export function percent(share) {
  if (!Number.isFinite(share)) return NOTHING;
  const shown = (100 * share).toFixed(2);
  if (shown === "100.00" && share < 1) return "99.99\u00a0%";
  if (shown === "0.00" && share > 0) return "0.01\u00a0%";
  return `${shown}\u00a0%`;
}

/**
 * A number in full, as it is told on hover.
 * @param {number} value
 * @param {number} [digits]
 * @returns {string}
 */
export function exact(value, digits = 4) {
  return Number.isFinite(value) ? minus(value.toFixed(digits)) : "no number";
}

/**
 * A number as it fits a cell: two digits of a share, one decimal of anything else; nothing where it rounds to 0.
 * @param {number} value
 * @param {boolean} share
 * @returns {string}
 */
export function brief(value, share) {
  if (!Number.isFinite(value)) return NOTHING;
  if (!share) return minus(value.toFixed(1)).replace(/^\u22120\.0$/, "0.0");
  if (value >= 1) return "1";
  const shown = Math.min(value, 0.99).toFixed(2);
  return shown === "0.00" ? "" : shown.slice(1);
}

/**
 * @param {number} milliseconds
 * @returns {string} `1.8 s` or `240 ms`
 */
export function duration(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * @param {string} text
 * @returns {string}
 */
function minus(text) {
  return text.replace("-", "\u2212");
}
