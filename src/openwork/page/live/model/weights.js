// Weights as they lie in a safetensors file, by TransformerLens' state-dict names.

/**
 * @typedef {object} Tensor
 * @property {number[]} shape
 * @property {Float64Array} data in C order
 */

/**
 * The arrays of a safetensors file: 8 bytes with the header's length, a JSON header, the numbers.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Map<string, Tensor>}
 */
export function readSafetensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  /** @type {Record<string, {dtype: string, shape: number[], data_offsets: [number, number]}>} */
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const found = new Map();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    found.set(name, { shape: entry.shape, data: numbers(view, 8 + length, entry) });
  }
  return found;
}

/**
 * @param {DataView} view
 * @param {number} start
 * @param {{dtype: string, data_offsets: [number, number]}} entry
 */
function numbers(view, start, { dtype, data_offsets: [from, to] }) {
  if (dtype !== "F32" && dtype !== "F64") throw new Error(`weights of type ${dtype} cannot be read: F32 or F64`);
  const size = dtype === "F32" ? 4 : 8;
  const data = new Float64Array((to - from) / size);
  for (let i = 0; i < data.length; i++) {
    const at = start + from + i * size;
    data[i] = size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
  }
  return data;
}
