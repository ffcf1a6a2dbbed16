// Linear layers over cells.

/** @import { Linear } from "./model.js" */

const TILE = 4;

/**
 * y[out] = bias[out] + the sum over in of matrix[in, out] * x[in], for every cell. Four inputs by four outputs at once:
 * what is loaded is then used four times, which halves the time.
 * @param {Linear} layer
 * @param {Float64Array} x [in][cell]
 * @param {number} count cells
 * @param {Float64Array} y [out][cell]
 */
export function linear({ inputs, outputs, matrix, bias }, x, count, y) {
  for (let o = 0; o < outputs; o++) y.fill(bias[o], o * count, (o + 1) * count);
  const [tiled, wide] = [inputs - (inputs % TILE), outputs - (outputs % TILE)];
  for (let o = 0; o < wide; o += TILE)
    for (let i = 0; i < tiled; i += TILE) addTile(matrix, i * outputs + o, outputs, x, i * count, count, y, o * count);
  for (let o = wide; o < outputs; o++)
    for (let i = 0; i < tiled; i += TILE) addColumn(matrix, i * outputs + o, outputs, x, i * count, count, y, o * count);
  for (let o = 0; o < outputs; o++)
    for (let i = tiled; i < inputs; i++) addOne(matrix[i * outputs + o], x, i * count, count, y, o * count);
}

/**
 * @param {Float64Array} w
 * @param {number} at where the tile of the matrix begins
 * @param {number} stride
 * @param {Float64Array} x
 * @param {number} x0
 * @param {number} count
 * @param {Float64Array} y
 * @param {number} y0
 */
function addTile(w, at, stride, x, x0, count, y, y0) {
  const [b, c, d] = [at + stride, at + 2 * stride, at + 3 * stride];
  const [a0, a1, a2, a3] = [w[at], w[at + 1], w[at + 2], w[at + 3]];
  const [b0, b1, b2, b3] = [w[b], w[b + 1], w[b + 2], w[b + 3]];
  const [c0, c1, c2, c3] = [w[c], w[c + 1], w[c + 2], w[c + 3]];
  const [d0, d1, d2, d3] = [w[d], w[d + 1], w[d + 2], w[d + 3]];
  const x1 = x0 + count;
  const x2 = x1 + count;
  const x3 = x2 + count;
  const y1 = y0 + count;
  const y2 = y1 + count;
  const y3 = y2 + count;
  for (let n = 0; n < count; n++) {
    const p = x[x0 + n];
    const q = x[x1 + n];
    const r = x[x2 + n];
    const s = x[x3 + n];
    y[y0 + n] += a0 * p + b0 * q + c0 * r + d0 * s;
    y[y1 + n] += a1 * p + b1 * q + c1 * r + d1 * s;
    y[y2 + n] += a2 * p + b2 * q + c2 * r + d2 * s;
    y[y3 + n] += a3 * p + b3 * q + c3 * r + d3 * s;
  }
}

/**
 * Four inputs, one output.
 * @param {Float64Array} w
 * @param {number} at
 * @param {number} stride
 * @param {Float64Array} x
 * @param {number} x0
 * @param {number} count
 * @param {Float64Array} y
 * @param {number} y0
 */
function addColumn(w, at, stride, x, x0, count, y, y0) {
  const [a, b, c, d] = [w[at], w[at + stride], w[at + 2 * stride], w[at + 3 * stride]];
  const x1 = x0 + count;
  const x2 = x1 + count;
  const x3 = x2 + count;
  for (let n = 0; n < count; n++) y[y0 + n] += a * x[x0 + n] + b * x[x1 + n] + c * x[x2 + n] + d * x[x3 + n];
}

/**
 * @param {number} w
 * @param {Float64Array} x
 * @param {number} x0
 * @param {number} count
 * @param {Float64Array} y
 * @param {number} y0
 */
function addOne(w, x, x0, count, y, y0) {
  for (let n = 0; n < count; n++) y[y0 + n] += w * x[x0 + n];
}

/**
 * y += x.
 * @param {Float64Array} y
 * @param {Float64Array} x
 */
export function add(y, x) {
  for (let n = 0; n < y.length; n++) y[n] += x[n];
}
