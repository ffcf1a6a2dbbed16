// Eigenvalues of a small symmetric matrix, by Jacobi's rotations, and the pseudo-inverse that they give.

/**
 * The pseudo-inverse of a symmetric matrix; directions below `noise` times the largest eigenvalue count as nothing.
 * @param {Float64Array} matrix [n, n]
 * @param {number} n
 * @param {number} noise
 * @returns {Float64Array} [n, n]
 */
export function pseudoInverse(matrix, n, noise) {
  const { values, vectors } = eigen(matrix, n);
  const least = noise * Math.max(...values.map(Math.abs));
  const inverse = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    if (Math.abs(values[k]) <= least) continue;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) inverse[i * n + j] += (vectors[i * n + k] * vectors[j * n + k]) / values[k];
  }
  return inverse;
}

/**
 * @param {Float64Array} matrix
 * @param {number} n
 * @returns {{values: Float64Array, vectors: Float64Array}} vectors are columns
 */
function eigen(matrix, n) {
  const a = matrix.slice();
  const vectors = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < 100 && offDiagonal(a, n) > 0; sweep++)
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * (n + 1)]), vectors };
}

/**
 * What is left beside the diagonal, as a share of it that float64 can see.
 * @param {Float64Array} a
 * @param {number} n
 */
function offDiagonal(a, n) {
  let beside = 0;
  let on = 0;
  for (let at = 0; at < n * n; at++) {
    if (at % (n + 1) === 0) on += a[at] ** 2;
    else beside += a[at] ** 2;
  }
  return beside > on * 1e-34 ? beside : 0;
}

/**
 * Turns rows and columns p and q so that a[p, q] becomes 0.
 * @param {Float64Array} a
 * @param {Float64Array} vectors
 * @param {number} n
 * @param {number} p
 * @param {number} q
 */
function rotate(a, vectors, n, p, q) {
  if (a[p * n + q] === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q, cosine, sine);
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k, cosine, sine);
  for (let k = 0; k < n; k++) turn(vectors, k * n + p, k * n + q, cosine, sine);
}

/**
 * @param {Float64Array} a
 * @param {number} x
 * @param {number} y
 * @param {number} cosine
 * @param {number} sine
 */
function turn(a, x, y, cosine, sine) {
  const [was, other] = [a[x], a[y]];
  a[x] = cosine * was - sine * other;
  a[y] = sine * was + cosine * other;
}
