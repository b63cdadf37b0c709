/**
 * Strict base64 for SCRAM: canonical, padded, no blanks. The runtime's own decoder alone would forgive too much.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4648#section-4
 */

import { allocateBytes, viewBytes } from "#platform"

const FORM = /^[A-Za-z0-9+/]*={0,2}$/

/** Encodes bytes. */
export function encodeBase64(bytes: Uint8Array): string {
  return viewBytes(bytes).base64Slice(0, bytes.length)
}

/** Decodes text, undefined unless it is what {@link encodeBase64} would have written. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0 || !FORM.test(text)) return undefined
  const bytes = allocateBytes((text.length / 4) * 3)
  const length = bytes.base64Write(text, 0)
  if (bytes.base64Slice(0, length) !== text) return undefined
  return new Uint8Array(bytes.buffer, bytes.byteOffset, length)
}
