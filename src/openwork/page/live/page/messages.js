// What a page in a notebook's frame and the notebook tell each other: the question on the bench, as its variables' values.

/** @import { Bench } from "./bench.js" */
/** @import { Choices } from "./state.js" */

/**
 * Tells the window around which question is asked, at once and whenever it changes, and asks those that it sends. What is
 * no question of the page is not asked; the answer is then the question that stands.
 * @param {Window} around
 * @param {Bench} bench
 * @param {Choices} choices
 */
export function talkWith(around, bench, choices) {
  const tell = () => around.postMessage({ openwork: { question: [...bench.domain.values(choices.state.question)] } }, "*");
  addEventListener("message", ({ source, data }) => {
    if (source !== around || !data?.openwork) return;
    const { question: values } = data.openwork;
    const question = fits(values, bench) ? bench.asked(values) : null;
    if (question === null) tell();
    else choices.set({ question });
  });
  choices.watch((state, before) => {
    if (state === before || state.question !== before.question) tell();
  });
}

/**
 * @param {unknown} values
 * @param {Bench} bench
 * @returns {values is number[]}
 */
function fits(values, { task: { variables } }) {
  return Array.isArray(values) && values.length === variables.length && values.every((value, at) => {
    return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < (variables[at]?.values ?? 0);
  });
}
