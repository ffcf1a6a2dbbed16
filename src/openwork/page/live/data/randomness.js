// The random choices of Python's data/randomness.py, bit for bit: NumPy's SeedSequence and PCG64, and integers made of
// their raw words. PCG64 is O'Neill's XSL-RR 128/64 (pcg-random.org); the SeedSequence is her seed_seq_fe.

const MASK_128 = (1n << 128n) - 1n;
const MASK_64 = (1n << 64n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const POOL = 4;

/**
 * `n` whole numbers in 0 .. below - 1 from the stream for this purpose and these seeds.
 * @param {string} purpose
 * @param {number[]} seeds
 * @param {number | ArrayLike<number>} below one for all, or one for each
 * @param {number} n
 * @returns {Int32Array}
 */
export function integers(purpose, seeds, below, n) {
  const next = stream([crc32(purpose), ...seeds]);
  return Int32Array.from({ length: n }, (_, i) =>
    Number((next() >> 1n) % BigInt(typeof below === "number" ? below : below[i])),
  );
}

/**
 * Raw 64-bit words.
 * @param {number[]} entropy
 * @returns {() => bigint}
 */
function stream(entropy) {
  const [a, b, c, d] = seedWords(entropy);
  const increment = ((((c << 64n) | d) << 1n) | 1n) & MASK_128;
  /** @param {bigint} state */
  const step = (state) => (state * MULTIPLIER + increment) & MASK_128;
  let state = step((increment + ((a << 64n) | b)) & MASK_128);
  return () => {
    state = step(state);
    const turn = state >> 122n;
    const mixed = (state >> 64n) ^ (state & MASK_64);
    return ((mixed >> turn) | (mixed << (64n - turn))) & MASK_64;
  };
}

/**
 * Four 64-bit words of state from the entropy.
 * @param {number[]} entropy whole numbers, 0 or more
 * @returns {[bigint, bigint, bigint, bigint]}
 */
function seedWords(entropy) {
  const pool = mixedPool(entropy.flatMap(words32));
  let constant = 0x8b51f9dd;
  const words = Array.from({ length: 8 }, (_, i) => {
    let word = (pool[i % POOL] ^ constant) >>> 0;
    constant = Math.imul(constant, 0x58f38ded) >>> 0;
    word = Math.imul(word, constant) >>> 0;
    return BigInt((word ^ (word >>> 16)) >>> 0);
  });
  /** @param {number} i */
  const pair = (i) => words[2 * i] | (words[2 * i + 1] << 32n);
  return [pair(0), pair(1), pair(2), pair(3)];
}

/**
 * The entropy, every word of it mixed with every other.
 * @param {number[]} entropy 32-bit words
 */
function mixedPool(entropy) {
  let constant = 0x43b0d7e5;
  /** @param {number} value */
  const hashed = (value) => {
    value = (value ^ constant) >>> 0;
    constant = Math.imul(constant, 0x931e8875) >>> 0;
    value = Math.imul(value, constant) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  };
  /** @param {number} x @param {number} y */
  const mixed = (x, y) => {
    const found = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) >>> 0;
    return (found ^ (found >>> 16)) >>> 0;
  };
  const pool = Array.from({ length: POOL }, (_, i) => hashed(entropy[i] ?? 0));
  for (let from = 0; from < POOL; from++)
    for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mixed(pool[to], hashed(pool[from]));
  for (const word of entropy.slice(POOL)) for (let to = 0; to < POOL; to++) pool[to] = mixed(pool[to], hashed(word));
  return pool;
}

/**
 * A whole number as 32-bit words, the lowest first; 0 is one word.
 * @param {number} value
 */
function words32(value) {
  const words = [];
  do {
    words.push(value % 2 ** 32);
    value = Math.floor(value / 2 ** 32);
  } while (value > 0);
  return words;
}

/**
 * As zlib's, of the text's UTF-8 bytes.
 * @param {string} text
 */
function crc32(text) {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
