// One of a few choices, side by side: radio buttons that look like a switch.

import { html } from "../page/dom.js";

let choiceCount = 0;

/**
 * @param {string} title
 * @param {{value: string, name: string}[]} options
 * @param {(value: string) => void} choose
 * @returns {{element: HTMLElement, paint: (value: string) => void}}
 */
export function choice(title, options, choose) {
  choiceCount += 1;
  const group = `live-choice-${choiceCount}`;
  const inputs = options.map(({ value }) =>
    html("input", { type: "radio", name: group, value, onchange: () => choose(value) }),
  );
  const labels = options.map(({ name }, index) => html("label", {}, inputs[index], html("span", {}, name)));
  const element = html("fieldset", { class: "live-choice" }, html("legend", {}, title), ...labels);
  const paint = (/** @type {string} */ value) => {
    for (const input of inputs) input.checked = input.value === value;
  };
  return { element, paint };
}
