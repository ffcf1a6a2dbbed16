// Compare: the same experiment with other seeds, route by route. The learning curves above were drawn with the page.

import { html, refill } from "../page/dom.js";
import { routeFigure, routeName, routePicker } from "./routes.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { LivePage } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */

/**
 * @param {HTMLElement} mount
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 */
export function compareView(mount, bench, choices, page) {
  const compared = page.siblings.filter((sibling) => sibling.routes);
  const own = page.routes?.routes ?? [];
  const others = page.siblings.filter(({ name, solved }) => solved && name !== page.run).length;
  if (compared.length < 2 || !own.length) {
    refill(mount, nothingToCompare(page, others));
    return;
  }
  const holder = html("div", { class: "live-panels" });
  const said = html("p", { class: "live-reading" });
  refill(mount, routePicker(bench, choices, own), said, holder);
  const beside = compared.length - 1;
  const show = (/** @type {number} */ chosen) => {
    const wanted = own[chosen];
    if (!wanted) return;
    const which = beside === others ? (others === 1 ? "the other one" : `the ${others} others`) : `${beside} of the ${others} others`;
    said.textContent = `${routeName(bench, wanted)} in this model and in ${which} of this experiment that solved the task.`;
    const figures = compared.map(({ seed, name, routes }) => {
      const route = routes?.routes.find(({ output, variable }) => output === wanted.output && variable === wanted.variable);
      if (!route) return null;
      const title = `Seed ${seed}, run ${name}: ${routeName(bench, route)}`;
      return routeFigure(bench, route, { title, caption: route.reading }).element;
    });
    refill(holder, ...figures);
  };
  choices.watch((state, before) => {
    if (state === before || state.route !== before.route) show(state.route);
  });
}

/**
 * Why there are no routes to compare, and how to have them.
 * @param {LivePage} page
 * @param {number} others that solved the task
 */
function nothingToCompare(page, others) {
  if (!others) return html("p", { class: "ow-note" }, "No other seed of this experiment that solved the task is stored.");
  const said = others === 1 ? "One other seed of this experiment" : `${others} other seeds of this experiment`;
  const how = [" solved the task. Their routes are not in this page, for looking for them takes as long as for this one\u2019s: "];
  return html("p", { class: "ow-note" }, said, ...how, html("code", {}, page.howToCompare), " writes one that has them.");
}
