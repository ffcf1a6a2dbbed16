// Bytes that travel in the page as base64, some of them deflated.

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * The bytes that zlib made small.
 * @param {Uint8Array<ArrayBuffer>} deflated
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function inflated(deflated) {
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
