// The page comes alive: its data are read, its views are made, and its state follows the link.

import { readDomain } from "./data/domain.js";
import { readModel } from "./model/model.js";
import { Bench } from "./page/bench.js";
import { required } from "./page/dom.js";
import { frameStaticFigures } from "./page/frame.js";
import { readLink, writeLink } from "./page/link.js";
import { talkWith } from "./page/messages.js";
import { readPayload } from "./page/payload.js";
import { votedFrom } from "./measures/votes.js";
import { rowsOf } from "./model/stages.js";
import { Choices } from "./page/state.js";
import { askingView } from "./views/asking.js";
import { claimsView } from "./views/claims.js";
import { compareView } from "./views/compare.js";
import { cutView } from "./views/cut.js";
import { learningView } from "./views/learning.js";
import { movementView } from "./views/movement.js";
import { playView } from "./views/play.js";
import { routesView } from "./views/routes.js";
import { tourView } from "./views/tour.js";
import { inWorker, serve } from "./worker/serve.js";
import { startTeam } from "./worker/team.js";

/** @import { LivePayload, LiveTask } from "./page/payload.js" */
/** @import { Limits } from "./page/link.js" */

const EXAMPLE = 0.618;
const FRAMED = !inWorker() && location.protocol === "about:"; // in a notebook the address is the notebook's
const BENCH = ["how", "play", "cut", "routes"]; // the parts that the question on the bench is about
const ARRIVED = 2000; // milliseconds after which everything has its size
const SETTLED = 200; // milliseconds without a change after which the address is written: writing it takes long
const source = inWorker() ? "" : (document.currentScript?.textContent ?? "");

if (inWorker()) serve();
else begin().catch(confess);

/** Makes the page live. */
async function begin() {
  const payload = readPayload();
  const { task, page } = payload;
  const domain = await readDomain(payload);
  const model = readModel(payload);
  const limits = limitsOf(payload, domain.size ?? Number.MAX_SAFE_INTEGER);
  const { anchor, change } = readLink(location.hash, limits);
  const choices = new Choices(startOf(domain.rows, domain, task));
  choices.set(known(change, domain));
  const worker = startTeam(source, payload);
  const bench = new Bench(task, model, domain, worker, choices, capturesOf(payload));
  const here = { anchor };
  const go = goer(choices, here);
  askingView(required("#asking"), bench, choices);
  movementView(required("#how-view"), bench, choices, page, go);
  playView(required("#play-view"), bench, choices, page);
  cutView(required("#cut-view"), bench, choices, page);
  routesView(required("#routes-view"), bench, choices, page);
  learningView(required("#learning-view"), choices, page.overTraining, go);
  claimsView(bench, choices, page, go);
  compareView(required("#compare-view"), bench, choices, page);
  tourView(required("#tour"), choices, page);
  frameStaticFigures();
  if (FRAMED && parent !== window) talkWith(parent, bench, choices);
  followLinks(choices, limits, domain, here);
  document.documentElement.dataset.live = "ready";
}

/**
 * Keeps the address in step with the state, and the state with the address.
 * @param {Choices} choices
 * @param {Limits} limits
 * @param {import("./data/domain.js").Domain} domain
 * @param {{anchor: string}} here the part of the page that links lead to
 */
function followLinks(choices, limits, domain, here) {
  const write = () => {
    if (FRAMED) return;
    const link = writeLink(here.anchor, choices.state, choices.start);
    if (link !== (location.hash || "#")) history.replaceState(null, "", link);
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  choices.watch((state, before) => {
    clearTimeout(waiting);
    if (state !== before) waiting = setTimeout(write, SETTLED);
  });
  addEventListener("hashchange", () => {
    const read = readLink(location.hash, limits);
    here.anchor = read.anchor;
    if (location.hash.includes("?")) choices.set({ ...choices.start, ...known(read.change, domain) });
    else write();
    arriveAt(here.anchor);
  });
  followReader(here);
  if (FRAMED) stayInside((hash) => choices.set({ ...choices.start, ...known(readLink(hash, limits).change, domain) }));
  if (here.anchor) arriveAt(here.anchor);
}

/**
 * Scrolls to a part, and again while what is above it finds its size, until the reader takes over.
 * @param {string} anchor
 */
function arriveAt(anchor) {
  const part = opened(anchor);
  if (!part) return;
  part.scrollIntoView();
  const watcher = new ResizeObserver(() => part.scrollIntoView());
  const leave = () => watcher.disconnect();
  for (const element of [document.body, required("#asking")]) watcher.observe(element);
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown", "hashchange"]) addEventListener(kind, leave, { once: true });
  setTimeout(leave, ARRIVED);
}

/**
 * A part that a link leads to: of a fold, or of a claim, whose evidence is one, it shows what is inside.
 * @param {string} anchor
 * @returns {HTMLElement | null}
 */
function opened(anchor) {
  const part = document.getElementById(anchor);
  const fold = anchor.startsWith("claim-") ? part?.querySelector("details") : part;
  if (fold instanceof HTMLDetailsElement) fold.open = true;
  return part;
}

/**
 * The part of the page that links lead to is the one that was used last.
 * @param {{anchor: string}} here
 */
function followReader(here) {
  const used = (/** @type {Event} */ { target }) => {
    const part = target instanceof Element && target.closest("#asking, section");
    if (part) here.anchor = part.id === "asking" ? BENCH.find((id) => id === here.anchor) ?? "how" : part.id;
  };
  for (const kind of ["input", "click", "keydown"]) addEventListener(kind, used, { capture: true });
}

/**
 * Links within the page lead to its parts, and not to the notebook that it is framed in.
 * @param {(hash: string) => void} follow takes the state that a link says
 */
function stayInside(follow) {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const hash = link?.getAttribute("href") ?? "";
    const anchor = hash.replace(/^#/, "").split("?")[0];
    if (!link || !anchor) return;
    event.preventDefault();
    if (hash.includes("?")) follow(hash);
    opened(anchor)?.scrollIntoView();
  });
}

/**
 * Leads to a part of the page.
 * @param {Choices} choices
 * @param {{anchor: string}} here
 * @returns {(anchor: string) => void}
 */
function goer(choices, here) {
  return (anchor) => {
    here.anchor = anchor;
    if (!FRAMED) history.pushState(null, "", writeLink(anchor, choices.state, choices.start));
    const target = document.getElementById(anchor);
    target?.scrollIntoView();
    target?.querySelector("h2")?.focus();
  };
}

/**
 * What a link says, without questions that cannot be asked here.
 * @param {import("./page/state.js").Change} change
 * @param {import("./data/domain.js").Domain} domain
 */
function known(change, domain) {
  const found = { ...change };
  if (found.question !== undefined && domain.tokensOf(found.question) === null) delete found.question;
  if (found.other !== undefined && domain.tokensOf(found.other) === null) delete found.other;
  return found;
}

/**
 * @param {number} rows
 * @param {import("./data/domain.js").Domain} domain
 * @param {LiveTask} task
 * @returns {import("./page/state.js").State}
 */
function startOf(rows, domain, task) {
  return {
    question: domain.asked(Math.floor(EXAMPLE * rows)),
    other: domain.asked(Math.floor((1 - EXAMPLE) * rows)),
    cuts: [],
    by: "zero",
    basis: "W_U",
    normed: true,
    measure: "logit",
    numbers: "share",
    order: "model",
    layer: 0,
    query: task.graded.at(-1) ?? -1,
    route: 0,
    claim: "",
    curve: "accuracy",
    output: -1,
    stage: -1,
    line: -1,
    opened: "",
    tour: 0,
    changed: [],
  };
}

/**
 * @param {LivePayload} payload
 * @param {number} questions
 * @returns {Limits}
 */
function limitsOf({ spec, task, page }, questions) {
  return {
    questions,
    values: task.variables.map(({ values }) => values),
    positions: task.nPos,
    routes: page.routes?.routes.length ?? 0,
    layers: spec.n_layers,
    heads: spec.n_heads,
    claims: page.claims.map(({ id }) => id),
    outputs: task.outputs.length,
    stages: rowsOf({ layers: spec.n_layers, attnOnly: spec.attn_only }) + 1,
    steps: page.tour.length,
    lines: page.program?.lines.length ?? 0,
  };
}

/**
 * Every site that is shown.
 * @param {LivePayload} payload
 * @returns {string[]}
 */
function capturesOf({ spec }) {
  const found = [spec.n_layers ? "blocks.0.hook_resid_pre" : "hook_embed", ...votedFrom(spec)];
  if (!spec.attn_only) for (let layer = 0; layer < spec.n_layers; layer += 1) found.push(`blocks.${layer}.hook_resid_mid`);
  return [...new Set(found)];
}

/**
 * Something went wrong: said on the page, for who has no console open.
 * @param {unknown} error
 */
function confess(error) {
  const said = document.getElementById("live-trouble");
  if (said) {
    said.textContent = `This part of the page could not start: ${error instanceof Error ? error.message : error}`;
    said.hidden = false;
  }
  throw error;
}
