// Expressions of a program, as the frozen values that Python wrote them in, made into functions: no text is ever run.

/**
 * What a name stands for: its place in a row of numbers.
 * @typedef {Record<string, number>} Slots
 */

/** @typedef {(row: Int32Array) => number} Compiled */

/** An expression in plain values: its kind and its fields. @typedef {{kind: string} & Record<string, any>} Plain */

/** Looked up where a combination is in no table. */
const ABSENT = -1;

/** @type {Record<string, (left: number, right: number) => boolean>} */
const HOLDS = {
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  ">=": (left, right) => left >= right,
  "<": (left, right) => left < right,
  ">": (left, right) => left > right,
};

/** How each kind of expression is worked out. @type {Record<string, (plain: any, slots: Slots) => Compiled>} */
const KINDS = {
  name: ({ name }, slots) => {
    const slot = slots[name];
    if (slot === undefined) throw new Error(`the program reads ${name}, which nothing gives`);
    return (row) => row[slot] ?? 0;
  },
  constant: ({ number }) => () => number,
  plus: ({ left, right }, slots) => both(left, right, slots, (one, other) => one + other),
  minus: ({ left, right }, slots) => both(left, right, slots, (one, other) => one - other),
  distinct: ({ of }, slots) => {
    const parts = all(of, slots);
    return (row) => new Set(parts.map((part) => part(row))).size;
  },
  distance: ({ left: one, right: other }, slots) => both(one, other, slots, (u, v) => Math.abs(u - v)),
  times: ({ left: one, right: other }, slots) => both(one, other, slots, (u, v) => u * v),
  either: ({ condition, then, otherwise }, slots) => {
    const [holds, yes, no] = [condition, then, otherwise].map((part) => compiled(part, slots));
    return (row) => (holds?.(row) ? yes : no)?.(row) ?? 0;
  },
  chosen: ({ of, bits }, slots) => {
    const parts = all(of, slots);
    return (row) => parts.reduce((set, part, at) => (part(row) ? set | (1 << bits[at]) : set), 0);
  },
  "one-of": ({ of, numbers }, slots) => {
    const inner = compiled(of, slots);
    const known = new Set(numbers);
    return (row) => Number(known.has(inner(row)));
  },
  scan: ({ of, steps }, slots) => {
    const parts = all(of, slots);
    const onward = new Map(steps.map((/** @type {[number, number, number]} */ [state, symbol, after]) => [`${state},${symbol}`, after]));
    return (row) => parts.reduce((state, part) => onward.get(`${state},${part(row)}`) ?? state, 0);
  },
  exceptions: ({ of, rows, usual }, slots) => {
    const [parts, otherwise] = [all(of, slots), compiled(usual, slots)];
    const held = tableOf(rows);
    return (row) => held.get(parts.map((part) => part(row)).join()) ?? otherwise(row);
  },
  compose: ({ left: one, right: other, things }, slots) => {
    const every = permutations(things);
    const numbers = new Map(every.map((order, number) => [order.join(), number]));
    return both(one, other, slots, (a, b) => {
      const [after, first] = [every[a], every[b]];
      return after && first ? (numbers.get(first.map((at) => after[at]).join()) ?? ABSENT) : ABSENT;
    });
  },
  modulo: ({ of, modulus }, slots) => {
    const inner = compiled(of, slots);
    return (row) => left(inner(row), modulus);
  },
  sum: ({ of }, slots) => folded(of, slots, (total, one) => total + one),
  "sum-signed": ({ of, modulus }, slots) => {
    const half = Math.floor(modulus / 2);
    return folded(of, slots, (total, one) => total + left(one + half, modulus) - half);
  },
  "run-length": ({ of }, slots) => {
    const parts = all(of, slots);
    return (row) => {
      const values = parts.map((part) => part(row));
      return values.length - 1 - values.findLastIndex((value) => value !== values.at(-1));
    };
  },
  count: ({ of, symbol }, slots) => folded(of, slots, (total, one) => total + Number(one === symbol)),
  "most-frequent": ({ of, bound }, slots) => {
    const parts = all(of, slots);
    return (row) => {
      const times = new Int32Array(bound); // which takes nothing at a number that is not below it
      for (const part of parts) {
        const number = part(row);
        times[number] = (times[number] ?? 0) + 1;
      }
      return times.indexOf(Math.max(...times));
    };
  },
  "next-above": ({ after, of, bound, default: otherwise }, slots) => {
    const [sought, parts] = [compiled(after, slots), all(of, slots)];
    return (row) => {
      const value = sought(row);
      const least = value >= 0 && value < bound ? value : -1;
      const above = parts.map((part) => part(row)).filter((number) => number > least && number < bound);
      return above.length ? Math.min(...above) : otherwise;
    };
  },
  "count-below": ({ of, bound }, slots) => folded(of, slots, (total, one) => total + Number(one < bound)),
  "count-one-of": ({ of, numbers }, slots) => {
    const known = new Set(numbers);
    return folded(of, slots, (total, one) => total + Number(known.has(one)));
  },
  "selector-width": ({ keys, relation, query }, slots) => {
    const [parts, asked, holds] = [all(keys, slots), compiled(query, slots), related(relation)];
    return (row) => {
      const against = asked(row);
      return parts.reduce((width, part) => width + Number(holds(part(row), against)), 0);
    };
  },
  "pair-count": ({ lefts, relation, rights }, slots) => {
    const [ones, others, holds] = [all(lefts, slots), all(rights, slots), related(relation)];
    return (row) => ones.reduce((count, part, at) => count + Number(holds(part(row), others[at]?.(row) ?? 0)), 0);
  },
  largest: ({ of }, slots) => folded(of, slots, Math.max, -Infinity),
  smallest: ({ of }, slots) => folded(of, slots, Math.min, Infinity),
  ranked: ({ of, rank }, slots) => {
    const parts = all(of, slots);
    return (row) => parts.map((part) => part(row)).sort((one, other) => one - other)[rank] ?? 0;
  },
  "place-in-order": ({ index, of }, slots) => {
    const parts = all(of, slots);
    return (row) => {
      const values = parts.map((part) => part(row));
      const own = values[index] ?? 0;
      return values.filter((value, at) => value < own || (value === own && at < index)).length;
    };
  },
  compared: ({ left: one, relation, right: other }, slots) => {
    const holds = related(relation);
    return both(one, other, slots, (value, against) => Number(holds(value, against)));
  },
  match: ({ wanted, keys, held, default: otherwise, last }, slots) => {
    const [sought, among, beside] = [compiled(wanted, slots), all(keys, slots), all(held, slots)];
    return (row) => {
      const value = sought(row);
      const equal = (/** @type {Compiled} */ key) => key(row) === value;
      const at = last ? among.findLastIndex(equal) : among.findIndex(equal);
      return at < 0 ? otherwise : (beside[at]?.(row) ?? otherwise);
    };
  },
  "item-at": ({ index, of }, slots) => {
    const [at, parts] = [compiled(index, slots), all(of, slots)];
    return (row) => parts[at(row)]?.(row) ?? -1;
  },
  wave: ({ of, frequency, modulus }, slots) => {
    const inner = compiled(of, slots);
    return (row) => left(frequency * inner(row), modulus);
  },
  product: ({ left: one, right: other, modulus }, slots) => both(one, other, slots, (u, v) => left(u + v, modulus)),
  doubled: ({ left: one, right: other, modulus: p }, slots) => both(one, other, slots, (u, v) => left(u + v, p) + p * left(u - v, p)),
  "best-fit": ({ of, frequencies, weights, modulus }, slots) => {
    const parts = all(of, slots);
    return (row) => bestFit(parts.map((part) => part(row)), frequencies, weights, modulus);
  },
  table: ({ of, rows }, slots) => {
    const parts = all(of, slots);
    const held = tableOf(rows);
    return (row) => held.get(parts.map((part) => part(row)).join()) ?? ABSENT;
  },
};

/**
 * A function that works an expression out.
 * @param {Plain} plain
 * @param {Slots} slots
 * @returns {Compiled}
 */
export function compiled(plain, slots) {
  const make = Object.hasOwn(KINDS, plain.kind) ? KINDS[plain.kind] : undefined;
  if (!make) throw new Error(`this page knows no ${plain.kind}`);
  return make(plain, slots);
}

/**
 * Every order of so many things, in lexicographic order.
 * @param {number} things
 * @returns {number[][]}
 */
function permutations(things) {
  const place = (/** @type {number[]} */ begun) => {
    if (begun.length === things) return [begun];
    const left = Array.from({ length: things }, (_, at) => at).filter((at) => !begun.includes(at));
    /** @type {number[][]} */
    const found = [];
    for (const next of left) found.push(...place([...begun, next]));
    return found;
  };
  return place([]);
}

/**
 * Whether two numbers stand in a relation.
 * @param {string} relation
 * @returns {(left: number, right: number) => boolean}
 */
function related(relation) {
  const holds = HOLDS[relation];
  if (!holds) throw new Error(`this page knows no relation ${relation}`);
  return holds;
}

/**
 * The last number of each row, by those before it.
 * @param {number[][]} rows
 * @returns {Map<string, number>}
 */
function tableOf(rows) {
  return new Map(rows.map((row) => [row.slice(0, -1).join(), row.at(-1) ?? ABSENT]));
}

/**
 * The number whose own waves fit these best; a column of a wave is its angle, and p times how far apart its two were.
 * @param {number[]} columns
 * @param {number[]} frequencies
 * @param {number[]} weights
 * @param {number} p
 */
function bestFit(columns, frequencies, weights, p) {
  const waves = columns.map((column) => {
    const long = Math.abs(Math.cos((Math.PI * Math.floor(column / p)) / p));
    const angle = (2 * Math.PI * left(column, p)) / p;
    return [long * Math.cos(angle), long * Math.sin(angle)];
  });
  let [best, found] = [-Infinity, 0];
  for (let n = 0; n < p; n += 1) {
    let fit = 0;
    waves.forEach(([re = 0, im = 0], at) => {
      const turn = (-2 * Math.PI * left((frequencies[at] ?? 0) * n, p)) / p;
      fit += (weights[at] ?? 0) * (re * Math.cos(turn) - im * Math.sin(turn));
    });
    if (fit > best) [best, found] = [fit, n];
  }
  return found;
}

/**
 * What is left after division, 0 to modulus - 1, of negative numbers too.
 * @param {number} value
 * @param {number} modulus
 */
function left(value, modulus) {
  return ((value % modulus) + modulus) % modulus;
}

/**
 * @param {Plain[]} parts
 * @param {Slots} slots
 */
function all(parts, slots) {
  return parts.map((part) => compiled(part, slots));
}

/**
 * @param {Plain} one
 * @param {Plain} other
 * @param {Slots} slots
 * @param {(one: number, other: number) => number} join
 * @returns {Compiled}
 */
function both(one, other, slots, join) {
  const [first, second] = [compiled(one, slots), compiled(other, slots)];
  return (row) => join(first(row), second(row));
}

/**
 * @param {Plain[]} of
 * @param {Slots} slots
 * @param {(total: number, one: number) => number} join
 * @param {number} [start]
 * @returns {Compiled}
 */
function folded(of, slots, join, start = 0) {
  const parts = all(of, slots);
  return (row) => {
    let total = start;
    for (const part of parts) total = join(total, part(row));
    return total;
  };
}
