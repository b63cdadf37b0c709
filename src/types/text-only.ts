/**
 * A codec without its binary form, for types that the server has in text only: those of extensions of an older version,
 * which a database that was upgraded goes on with.
 */

import { TEXT } from "../base/format.ts"
import type { Codec } from "./codec.ts"

/** The same codec in text alone; what contains its values then goes as text, too. */
export function textOnly<T>(codec: Codec<T>): Codec<T> {
  const { decodeBinary: _decode, encodeBinary: _encode, ...rest } = codec
  return { ...rest, resultFormat: TEXT }
}
