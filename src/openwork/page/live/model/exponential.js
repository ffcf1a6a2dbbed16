// exp of what is not above 0, as weights of attention need it, to 1e-15 of itself: Math.exp takes three times as long.

const PARTS = 64; // of an octave
const PER_UNIT = PARTS / Math.LN2;
const COARSE = Math.round((Math.LN2 / PARTS) * 2 ** 36) / 2 ** 36; // times any number of parts it is exact
const FINE = -6.563929801064195e-13; // the rest of a part
const LEAST = -745.2; // exp of less is 0 in float64
const WITHIN = Float64Array.from({ length: PARTS }, (_, part) => 2 ** (part / PARTS));
const OCTAVES = Float64Array.from({ length: 1100 }, (_, down) => 2 ** -down);

/** @param {number} x at most 0 */
export function exponential(x) {
  if (!(x > LEAST)) return x <= LEAST ? 0 : x;
  const parts = (x * PER_UNIT - 0.5) | 0;
  const r = x - parts * COARSE - parts * FINE;
  const near = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r / 120))));
  return WITHIN[parts & (PARTS - 1)] * OCTAVES[-(parts >> 6)] * near;
}
