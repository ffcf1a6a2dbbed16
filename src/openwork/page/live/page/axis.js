// The numbers at an axis.

const RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

/**
 * Round numbers from `low` to `high`, about so many.
 * @param {number} low
 * @param {number} high
 * @param {number} about
 * @returns {number[]}
 */
export function ticks(low, high, about) {
  if (!(high > low)) return [low];
  const rough = (high - low) / about;
  const size = 10 ** Math.floor(Math.log10(rough));
  const steps = [1, 2, 2.5, 5, 10].map((step) => step * size);
  const step = steps.reduce((best, other) => (Math.abs(other - rough) < Math.abs(best - rough) ? other : best));
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/**
 * A number as it stands at an axis: a power of ten where many zeros would not fit.
 * @param {number} value
 * @returns {string}
 */
export function tickText(value) {
  const power = value ? Math.round(Math.log10(Math.abs(value))) : 0;
  const plain = Math.abs(power) <= 2 || Math.abs(Math.abs(value) / 10 ** power - 1) > 1e-9;
  if (plain) return String(Number(value.toPrecision(6))).replace("-", "\u2212");
  const digits = [...String(Math.abs(power))].map((digit) => RAISED[Number(digit)]).join("");
  return `${value < 0 ? "\u2212" : ""}10${power < 0 ? "\u207b" : ""}${digits}`;
}
