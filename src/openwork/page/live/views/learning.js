// How it learned, and since when each claim is true: the curves with a track for every claim beneath.

import { html, refill } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { count, exact, percent } from "../page/numbers.js";
import { choice } from "../widgets/choice.js";
import { Tracks, tracksKey } from "../widgets/tracks.js";

/** @import { LiveOverTraining } from "../page/payload.js" */
/** @import { LiveTrack } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */

const TITLE = "When each claim became true";
const UNITS = { accuracy: "share of graded positions", loss: "loss in nats, log scale" };

/**
 * @param {HTMLElement} mount stays as it is where claims were not judged over training
 * @param {Choices} choices
 * @param {LiveOverTraining | null} found
 * @param {(anchor: string) => void} go to a part of the page
 */
export function learningView(mount, choices, found, go) {
  if (!found) return;
  const steps = new Map(found.steps);
  const epochs = new Set([...found.steps.map(([epoch]) => epoch), ...found.claims.flatMap(momentsOf)]);
  const places = [...epochs].sort((one, other) => one - other);
  const open = (/** @type {LiveTrack} */ claim) => {
    choices.set({ claim: claim.id });
    go(claim.anchor);
  };
  const tell = (/** @type {number} */ epoch, /** @type {LiveTrack | null} */ claim) =>
    claim ? momentText(claim, epoch) : epochText(found, epoch, steps.get(epoch));
  const mark = found.solved === null ? null : { epoch: found.solved, label: `all right from epoch ${found.solved}` };
  const drawn = new Tracks({ title: TITLE, claims: found.claims, places, mark, tell, pick: open });
  const curve = choice(
    "curve",
    [{ value: "accuracy", name: "accuracy" }, { value: "loss", name: "loss" }],
    (value) => choices.set({ curve: value === "loss" ? "loss" : "accuracy" }),
  );
  const controls = html("div", {}, curve.element, tracksKey(found.curves.accuracy.map(({ name }) => name), found.kinds));
  const rows = () => tableOf(found, places, steps);
  const caption = `${found.how} Click a track for its claim.`;
  refill(mount, figure(TITLE, drawn.element, { drawing: drawn.drawing, rows, caption, controls }), inWords(found, open));
  choices.watch((state, before) => {
    if (state !== before && state.curve === before.curve) return;
    curve.paint(state.curve);
    drawn.paint({ lines: found.curves[state.curve], unit: UNITS[state.curve], log: state.curve === "loss" });
  });
}

/** @param {LiveTrack} claim */
function momentsOf(claim) {
  return claim.moments.map(({ epoch }) => epoch);
}

/**
 * @param {LiveTrack} claim
 * @param {number} epoch
 */
function momentText(claim, epoch) {
  const moment = claim.moments.find((one) => one.epoch === epoch);
  return `${claim.id}\n${moment ? moment.told : `epoch ${epoch}: not judged`}`;
}

/**
 * Everything that is known of an epoch.
 * @param {LiveOverTraining} found
 * @param {number} epoch
 * @param {number | undefined} step
 */
function epochText(found, epoch, step) {
  const lines = found.curves.accuracy.map(({ name }, index) => {
    const accuracy = at(found.curves.accuracy[index], epoch);
    const loss = at(found.curves.loss[index], epoch);
    return accuracy === null ? null : `${name}: ${percent(accuracy)}, loss ${loss === null ? "\u2013" : loss.toPrecision(3)}`;
  });
  const claims = found.claims.map((claim) => {
    const moment = claim.moments.find((one) => one.epoch === epoch);
    return moment ? `${claim.id}: ${found.kinds[moment.kind]}` : null;
  });
  const head = `epoch ${epoch}${step === undefined ? "" : ` (step ${count(step)})`}`;
  return [head, ...lines, ...claims].filter((line) => line !== null).join("\n");
}

/**
 * @param {import("../page/payload.js").LiveLine | undefined} line
 * @param {number} epoch
 */
function at(line, epoch) {
  return line?.values[line.epochs.indexOf(epoch)] ?? null;
}

/**
 * When each claim was true, for who reads instead of looking.
 * @param {LiveOverTraining} found
 * @param {(claim: LiveTrack) => void} open
 */
function inWords(found, open) {
  const follow = (/** @type {LiveTrack} */ claim) => (/** @type {Event} */ event) => {
    event.preventDefault();
    open(claim);
  };
  return html(
    "ul",
    { class: "live-since" },
    ...found.claims.map((claim) =>
      html("li", {}, html("a", { href: `#${claim.anchor}`, onclick: follow(claim) }, claim.id), ` ${claim.said}`),
    ),
    ...found.aside.map((why) => html("li", {}, `Not judged here: ${why}`)),
  );
}

/**
 * @param {LiveOverTraining} found
 * @param {number[]} places
 * @param {Map<number, number>} steps
 * @returns {string[][]}
 */
function tableOf(found, places, steps) {
  const { accuracy, loss } = found.curves;
  const names = accuracy.flatMap(({ name }) => [`${name} accuracy`, `${name} loss`]);
  const claims = found.claims.flatMap(({ id }) => [id, `${id}, share of cases`]);
  const number = (/** @type {number | null} */ value) => (value === null ? "" : exact(value, 8));
  return [
    ["epoch", "step", ...names, ...claims],
    ...places.map((epoch) => [
      String(epoch),
      String(steps.get(epoch) ?? ""),
      ...accuracy.flatMap((line, index) => [number(at(line, epoch)), number(at(loss[index], epoch))]),
      ...found.claims.flatMap((claim) => {
        const moment = claim.moments.find((one) => one.epoch === epoch);
        return moment ? [found.kinds[moment.kind] ?? "", exact(moment.share, 4)] : ["", ""];
      }),
    ]),
  ];
}
