/**
 * Ways to spoil a stream of messages: each is a few numbers, so that fast-check can shrink a spoiled stream to the least
 * that still fails.
 */

import fc from "fast-check"

/** One change: what kind, where, and two numbers that it makes use of. */
export type Mutation = readonly [kind: string, where: number, a: number, b: number]

/** Takes the messages apart in place; `i` is a valid index into them. */
type Change = (frames: Buffer[], i: number, a: number, b: number) => void

const TYPES = "RK23CGHWcIVvn1stTDdEZNAS"
const LENGTHS = [0, 1, 3, 4, 5, 255, 65_536, 1_000_000, 0x3fffffff, 0x7fffffff, -1, -2, -2147483648]
const WORDS = [-1, -2, 0, 1, 2, 0x7fff, 0xffff, 0x10000, 0x7fffffff, -2147483648]

const kinds: Readonly<Record<string, Change>> = {
  flipBit: (frames, i, a, b) => {
    frames[i]![a % frames[i]!.length]! ^= 1 << (b % 8)
  },
  setByte: (frames, i, a, b) => {
    frames[i]![a % frames[i]!.length] = b
  },
  setLength: (frames, i, a) => {
    frames[i]!.writeInt32BE(LENGTHS[a % LENGTHS.length]!, 1)
  },
  nudgeLength: (frames, i, a) => {
    frames[i]!.writeInt32BE((frames[i]!.readInt32BE(1) + (a % 9) - 4) | 0, 1)
  },
  setCount: (frames, i, a) => {
    if (frames[i]!.length >= 7) frames[i]!.writeUInt16BE(WORDS[a % WORDS.length]! & 0xffff, 5)
  },
  setWord: (frames, i, a, b) => {
    const room = frames[i]!.length - 4
    if (room > 5) frames[i]!.writeInt32BE(WORDS[b % WORDS.length]!, 5 + (a % (room - 5)))
  },
  setType: (frames, i, a) => {
    frames[i]![0] = TYPES.charCodeAt(a % TYPES.length)
  },
  drop: (frames, i) => {
    frames.splice(i, 1)
  },
  repeat: (frames, i, a) => {
    frames.splice(i, 0, ...Array.from({ length: 1 + (a % 3) }, () => Buffer.from(frames[i]!)))
  },
  swap: (frames, i, a) => {
    const j = a % frames.length
    const frame = frames[i]!
    frames[i] = frames[j]!
    frames[j] = frame
  },
  /** Leaves out bytes and says so in the length: a message that is whole, but has too little in it. */
  shorten: (frames, i, a) => {
    const kept = Buffer.from(frames[i]!.subarray(0, 5 + (a % (frames[i]!.length - 4))))
    kept.writeInt32BE(kept.length - 1, 1)
    frames[i] = kept
  },
  /** Adds bytes and says so in the length. */
  lengthen: (frames, i, a, b) => {
    const longer = Buffer.concat([frames[i]!, Buffer.alloc(1 + (a % 8), b)])
    longer.writeInt32BE(longer.length - 1, 1)
    frames[i] = longer
  },
  cut: (frames, i, a) => {
    frames[i] = frames[i]!.subarray(0, 1 + (a % frames[i]!.length))
  },
  garbage: (frames, i, a, b) => {
    frames.splice(i, 0, Buffer.alloc(1 + (a % 12), b))
  },
  invent: (frames, i, a, b) => {
    const body = Buffer.alloc(a % 20, b)
    const head = Buffer.alloc(5, TYPES.charCodeAt(b % TYPES.length))
    head.writeInt32BE(body.length + 4, 1)
    frames.splice(i, 0, Buffer.concat([head, body]))
  },
}

const anyByteOrMore = fc.nat({ max: 100_000 })

/** One to `most` changes. */
export function mutations(most: number): fc.Arbitrary<Mutation[]> {
  const kind = fc.constantFrom(...Object.keys(kinds))
  return fc.array(fc.tuple(kind, anyByteOrMore, anyByteOrMore, fc.nat({ max: 255 })), { minLength: 1, maxLength: most })
}

/** The stream of the messages after the changes. */
export function mutate(frames: readonly Buffer[], changes: readonly Mutation[]): Buffer {
  const spoiled = frames.map((frame) => Buffer.from(frame))
  for (const [kind, where, a, b] of changes) {
    const i = where % Math.max(1, spoiled.length)
    // A message that an earlier change has cut inside its header has no fields left to change.
    if (i < spoiled.length && (spoiled[i]!.length >= 5 || kind === "drop")) kinds[kind]!(spoiled, i, a, b)
  }
  return Buffer.concat(spoiled)
}
