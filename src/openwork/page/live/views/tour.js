// The tour: a few steps, each of them a link. The step that one is at stands at the foot of the window.

import { html, refill } from "../page/dom.js";

/** @import { LivePage } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */

/**
 * @param {HTMLElement} mount
 * @param {Choices} choices
 * @param {LivePage} page
 */
export function tourView(mount, choices, { tour }) {
  const link = (/** @type {number} */ at, /** @type {string} */ text) =>
    tour[at] ? html("a", { class: "live-tour-go", href: tour[at]?.link }, text) : null;
  choices.watch((state, before) => {
    if (state !== before && state.tour === before.tour) return;
    const step = tour[state.tour - 1];
    mount.hidden = !step;
    document.querySelectorAll(".live-tour a").forEach((one, at) => {
      if (at === state.tour - 1) one.setAttribute("aria-current", "step");
      else one.removeAttribute("aria-current");
    });
    if (!step) return refill(mount);
    const end = html("button", { type: "button", onclick: () => choices.set({ tour: 0 }) }, "end the tour");
    const name = html("b", {}, `${state.tour} of ${tour.length}. ${step.title}.`);
    const tools = html("div", { class: "live-tour-tools" }, link(state.tour - 2, "\u2039 back"), link(state.tour, "next \u203a"), end);
    refill(mount, html("p", {}, name, " ", step.text), tools);
  });
}
