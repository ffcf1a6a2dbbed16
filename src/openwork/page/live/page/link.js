// The state as the end of a link: `#cut?q=27&cut=zero:L0A@3,mean:L1M`. What a link says is checked before it is used:
// it comes from somebody else.

import { same } from "./state.js";

/** @import { Asked } from "../data/domain.js" */
/** @import { Change } from "./state.js" */
/** @import { Cut } from "./state.js" */
/** @import { State } from "./state.js" */

const CUT = /^(zero|mean|resample|patch|off):(in|L\d{1,2}(?:A|M|R|H\d{1,3}))(?:@(\d{1,5})(?:-(\d{1,5}))?)?$/;
const OPENED = /^(?:none|L(\d{1,2})(?:M|H(\d{1,3})))$/;
const MOST_CUTS = 200;

/**
 * @typedef {object} Limits what a link may name
 * @property {number} questions
 * @property {number[]} values how many each variable of a question has
 * @property {number} positions
 * @property {number} routes
 * @property {number} layers
 * @property {number} heads
 * @property {string[]} claims
 * @property {number} outputs
 * @property {number} stages
 * @property {number} lines of the program
 * @property {number} steps of the tour
 */

/**
 * Where a link leads, and what it says of the state. What it says wrongly is left out.
 * @param {string} hash
 * @param {Limits} limits
 * @returns {{anchor: string, change: Change}}
 */
export function readLink(hash, limits) {
  const [anchor = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  const said = new Map(query.split("&").map((pair) => /** @type {[string, string]} */ (pair.split("=", 2))));
  /** @type {Change} */
  const change = {};
  const whole = (/** @type {string} */ name, /** @type {number} */ below) => {
    const text = said.get(name);
    return text !== undefined && /^\d{1,15}$/.test(text) && Number(text) < below ? Number(text) : undefined;
  };
  const asked = (/** @type {string} */ name) => whole(name, limits.questions) ?? readValues(said.get(name), limits.values);
  const among = (/** @type {string} */ name, /** @type {string[]} */ known) => {
    const text = said.get(name);
    return text !== undefined && known.includes(text) ? text : undefined;
  };
  const found = {
    question: asked("q"),
    other: asked("with"),
    layer: whole("layer", limits.layers),
    query: said.get("from") === "all" ? -1 : whole("from", limits.positions),
    route: whole("route", limits.routes),
    cuts: said.has("cut") ? readCuts(said.get("cut") ?? "", limits) : undefined,
    by: among("by", ["zero", "mean", "resample", "patch"]),
    basis: among("basis", ["W_U", "W_E"]),
    measure: among("measure", ["logit", "cosine"]),
    numbers: among("show", ["share", "logit"]),
    order: among("order", ["model", "loss"]),
    curve: among("curve", ["accuracy", "loss"]),
    output: whole("output", limits.outputs),
    stage: whole("stage", limits.stages),
    line: whole("line", limits.lines),
    opened: readOpened(said.get("open"), limits),
    tour: whole("tour", limits.steps + 1),
    changed: readChanged(said.get("set"), limits.lines),
    normed: said.has("norm") ? said.get("norm") !== "0" : undefined,
    claim: among("claim", limits.claims.map(encodeURIComponent)),
  };
  for (const [name, value] of Object.entries(found)) if (value !== undefined) Object.assign(change, { [name]: value });
  if (change.claim !== undefined) change.claim = decodeURIComponent(change.claim);
  return { anchor: /^[\w-]*$/.test(anchor) ? anchor : "", change };
}

/**
 * The end of a link to this state: only what differs from how the page opens.
 * @param {string} anchor
 * @param {State} state
 * @param {State} start
 * @returns {string}
 */
export function writeLink(anchor, state, start) {
  /** @type {[string, string, boolean][]} */
  const pairs = [
    ["q", askedText(state.question), !same(state.question, start.question)],
    ["with", askedText(state.other), !same(state.other, start.other)],
    ["cut", state.cuts.map(cutText).join(","), state.cuts.length > 0],
    ["by", state.by, state.by !== start.by],
    ["basis", state.basis, state.basis !== start.basis],
    ["norm", state.normed ? "1" : "0", state.normed !== start.normed],
    ["measure", state.measure, state.measure !== start.measure],
    ["show", state.numbers, state.numbers !== start.numbers],
    ["order", state.order, state.order !== start.order],
    ["layer", String(state.layer), state.layer !== start.layer],
    ["from", state.query < 0 ? "all" : String(state.query), state.query !== start.query],
    ["route", String(state.route), state.route !== start.route],
    ["curve", state.curve, state.curve !== start.curve],
    ["output", String(state.output), state.output !== start.output],
    ["stage", String(state.stage), state.stage !== start.stage],
    ["line", String(state.line), state.line !== start.line],
    ["open", state.opened, state.opened !== start.opened],
    ["tour", String(state.tour), state.tour !== start.tour],
    ["set", state.changed.map((one) => one.join(".")).join(","), state.changed.length > 0],
    ["claim", encodeURIComponent(state.claim), state.claim !== start.claim],
  ];
  const query = pairs.filter(([, , told]) => told).map(([name, text]) => `${name}=${text}`);
  return query.length ? `#${anchor}?${query.join("&")}` : `#${anchor}`;
}

/**
 * @param {Asked} question
 * @returns {string} its number, or `v3.0.12`: the values of its variables
 */
function askedText(question) {
  return Array.isArray(question) ? `v${question.join(".")}` : String(question);
}

/**
 * Numbers of the program: `2.0.3` is a line, which of its numbers, and what it is.
 * @param {string | undefined} text
 * @param {number} lines
 * @returns {[number, number, number][] | undefined}
 */
function readChanged(text, lines) {
  if (text === undefined || !/^\d{1,3}\.\d\.-?\d{1,3}(,\d{1,3}\.\d\.-?\d{1,3}){0,9}$/.test(text)) return undefined;
  const found = text.split(",").map((one) => one.split(".").map(Number));
  return found.flatMap(([line = 0, which = 0, value = 0]) => (line < lines ? [/** @type {[number, number, number]} */ ([line, which, value])] : []));
}

/**
 * A head or an MLP.
 * @param {string | undefined} text
 * @param {Limits} limits
 */
function readOpened(text, { layers, heads }) {
  const [, layer, head] = OPENED.exec(text ?? "") ?? [undefined, Infinity];
  return Number(layer ?? 0) < layers && Number(head ?? 0) < heads ? text : undefined;
}

/**
 * @param {string | undefined} text
 * @param {number[]} values how many each variable has
 * @returns {number[] | undefined}
 */
function readValues(text, values) {
  if (text === undefined || !/^v\d{1,9}(\.\d{1,9})*$/.test(text)) return undefined;
  const found = text.slice(1).split(".").map(Number);
  const inside = found.length === values.length && found.every((value, variable) => value < (values[variable] ?? 0));
  return inside ? found : undefined;
}

/**
 * @param {Cut} cut
 * @returns {string}
 */
function cutText(cut) {
  const where = cut.position === null ? "" : `@${cut.position}${cut.key === null ? "" : `-${cut.key}`}`;
  return `${cut.by}:${cut.part}${where}`;
}

/**
 * @param {string} text
 * @param {Limits} limits
 * @returns {Cut[]}
 */
function readCuts(text, limits) {
  /** @type {Cut[]} */
  const found = [];
  for (const piece of text.split(",").slice(0, MOST_CUTS)) {
    const match = CUT.exec(piece);
    if (!match) continue;
    const [, by, part = "", position, key] = match;
    const [, layer, head] = /^L(\d+)(?:H(\d+))?/.exec(part) ?? [];
    const edge = key !== undefined;
    const inside =
      Number(layer ?? 0) < limits.layers &&
      Number(head ?? 0) < limits.heads &&
      Number(position ?? 0) < limits.positions &&
      Number(key ?? 0) < limits.positions &&
      edge === (by === "off") &&
      (!edge || head !== undefined);
    if (!inside) continue;
    found.push({
      by: /** @type {Cut["by"]} */ (by),
      part,
      position: position === undefined ? null : Number(position),
      key: edge ? Number(key) : null,
    });
  }
  return found;
}
