// What a worker can be asked, each as a job that yields the share that is done.

import { attention } from "../measures/attention.js";
import { carries } from "../measures/carries.js";
import { parting } from "../measures/parting.js";
import { readout } from "../measures/readout.js";

/** @import { Subject } from "../measures/subject.js" */
/** @import { Pairing, Part } from "../measures/subject.js" */
/** @import { Edit } from "../interventions/edit.js" */
/** @import { Asked } from "../measures/carries.js" */
/** @import { Way } from "../measures/readout.js" */
/** @import { PlainProgram } from "../program/program.js" */

/**
 * @typedef {{ask: "recount", edits: Edit[], sources?: Record<string, Pairing>, part?: Part, means?: Record<string, Float64Array>}
 *   | {ask: "means", sites: string[]}
 *   | {ask: "means of a part", sites: string[], part: Part}
 *   | {ask: "maps", sites: string[]}
 *   | {ask: "drawn", seed: number}
 *   | {ask: "carries", asked: Asked}
 *   | {ask: "readout", asked: Way & {site: string}}
 *   | {ask: "parting", program: PlainProgram}
 *   | {ask: "attention", layer: number}} Question
 */

/**
 * @param {Subject} subject
 * @param {Question} question
 * @returns {Generator<number, unknown, void>}
 */
export function* jobOf(subject, question) {
  const { model, domain } = subject;
  switch (question.ask) {
    case "recount":
      subject.learn(question.means ?? {});
      return yield* subject.recount(question.edits, question.sources, question.part);
    case "means":
      return yield* subject.means(question.sites);
    case "means of a part":
      return yield* subject.meansOf(question.sites, question.part);
    case "maps":
      return yield* subject.maps(question.sites);
    case "drawn":
      return subject.drawnRows(question.seed);
    case "carries":
      return yield* carries(model, domain, question.asked);
    case "readout":
      return yield* readout(model, domain, question.asked);
    case "parting":
      return yield* parting(subject, question.program);
    case "attention":
      return yield* attention(model, domain.tokens(), domain.graded, question.layer);
  }
}
