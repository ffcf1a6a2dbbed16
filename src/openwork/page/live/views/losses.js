// What is lost without each part by itself, counted here, and the switches in that order.

import { same } from "../page/state.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { LivePage } from "../page/payload.js" */
/** @import { Part } from "../page/parts.js" */
/** @import { Choices, State } from "../page/state.js" */
/** @import { Switches } from "../widgets/switches.js" */

const PATIENCE = 150; // milliseconds in which a count that the reader asks for at the same time begins first

/**
 * Counts what is lost without each part by itself, where the switches are to stand in that order; what was counted stays
 * known.
 * @param {Switches} switches
 * @param {Part[]} parts
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 */
export function sortByLoss(switches, parts, bench, choices, page) {
  /** @type {Map<string, number>} */
  const known = new Map();
  const { right, asked } = page.scores;
  const whole = right.reduce(add, 0) / asked.reduce(add, 0);
  const nameOf = (/** @type {Part} */ part, /** @type {State} */ { by, other }) => `${part.code} ${by}${by === "patch" ? JSON.stringify(other) : ""}`;
  let running = false;
  const count = async () => {
    await new Promise((begun) => setTimeout(begun, PATIENCE));
    for (;;) {
      await bench.awaited;
      const { state } = choices;
      const part = state.order === "loss" ? parts.find((one) => !known.has(nameOf(one, state))) : undefined;
      if (!part) return;
      const cuts = [{ part: part.code, position: null, key: null, by: state.by }];
      const { accuracy } = await bench.worker.recount(bench.plan({ ...state, cuts }));
      known.set(nameOf(part, state), Math.max(whole - accuracy, 0));
      show(choices.state);
    }
  };
  const show = (/** @type {State} */ state) => {
    switches.sort(state.order === "loss" ? parts.map((part) => known.get(nameOf(part, state)) ?? null) : null);
  };
  choices.watch((state, before) => {
    if (state !== before && same([state.order, state.by, state.other], [before.order, before.by, before.other])) return;
    show(state);
    if (state.order !== "loss" || running) return;
    running = true;
    count()
      .catch((error) => switches.tell(`This could not be counted: ${error instanceof Error ? error.message : error}`))
      .finally(() => (running = false));
  });
}

/**
 * @param {number} one
 * @param {number} other
 */
function add(one, other) {
  return one + other;
}
