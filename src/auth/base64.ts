/**
 * Strict base64 for SCRAM: canonical, padded, no blanks. `atob` alone would forgive too much.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4648#section-4
 */

/** Encodes bytes. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = ""
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** Decodes text, undefined unless it is what {@link encodeBase64} would have written. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const binary = atob(text)
  if (btoa(binary) !== text) return undefined
  return Uint8Array.from(binary, (c) => c.charCodeAt(0))
}
