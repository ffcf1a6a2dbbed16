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
  const compared = page.sisters.filter((sister) => sister.routes);
  const own = page.routes?.routes ?? [];
  if (compared.length < 2 || !own.length) {
    refill(mount, html("p", { class: "ow-note" }, "No other seed of this experiment that is right on every input is stored."));
    return;
  }
  const holder = html("div", { class: "live-panels" });
  const said = html("p", { class: "live-reading" });
  refill(mount, routePicker(bench, choices, own), said, holder);
  const others = page.sisters.filter(({ name, solved }) => solved && name !== page.run).length;
  const show = (/** @type {number} */ chosen) => {
    const wanted = own[chosen];
    if (!wanted) return;
    said.textContent = `${routeName(bench, wanted)} in this model and ${compared.length - 1} of the ${others} others that are right on every input.`;
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
