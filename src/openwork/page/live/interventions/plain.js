// Edits as Python writes them down (interventions/plain.py), where what is left to its default is left out.

/** @import { Edit } from "./edit.js" */

/**
 * The edit that Python's `edit_as_json` wrote.
 * @param {{edit: string, site: string} & Record<string, any>} plain
 * @returns {Edit}
 */
export function editFromJson({ edit: kind, ...given }) {
  switch (kind) {
    case "zero":
    case "mean":
    case "linearise":
      return { ...given, kind };
    case "resample":
      return { seed: 0, ...given, kind };
    case "patch":
      return { source: "source", ...given, kind };
    case "set":
      return { value: 0, ...given, kind };
  }
  throw new Error(`there is no edit ${kind}`);
}
