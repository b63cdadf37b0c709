/**
 * What is known about a template's text, found out once per template: its form with `$1`…`$n`, and whether every hole
 * stands where a placeholder may stand. A hole inside a string, a comment or a name is refused here, so is text that
 * leaves a quote open.
 */

import { CompositionError } from "../errors/composition-error.ts"
import { MAX_PARAMETERS, OWN_PARAMETERS, tooManyParameters, touchesWord } from "./assemble.ts"
import type { TextFacts } from "./fragment.ts"
import { checkText } from "./quote.ts"
import { type Token, tokenize } from "./tokenizer.ts"

/** A template's text, examined. */
export interface Template extends TextFacts {
  /** The text with `$1`…`$n` in its holes: right when every hole takes a bound value. */
  readonly text: string
  /** Why the holes can't all take bound values, if so. */
  readonly refusal: string | undefined
}

const examined = new WeakMap<TemplateStringsArray, Template>()

/**
 * The facts about a template.
 *
 * @throws CompositionError when no values could make it right
 */
export function examineTemplate(strings: TemplateStringsArray): Template {
  let template = examined.get(strings)
  if (template === undefined) {
    template = examine(strings)
    examined.set(strings, template)
  }
  return template
}

/** True for the first argument of a template tag, which nothing from outside can imitate. */
export function isTemplate(value: unknown): value is TemplateStringsArray {
  return Array.isArray(value) && Array.isArray((value as { readonly raw?: unknown }).raw)
}

/** The facts about a text without holes. */
export function examineText(text: string): TextFacts {
  const tokens = tokenize(text)
  return {
    ownParameters: tokens.some((token) => token.kind === "parameter"),
    endsInComment: endsInComment(tokens),
    ambiguous: isAmbiguous(text, tokens),
  }
}

/** True when `standard_conforming_strings` decides where strings end: `'\\'` is closed when it is on, open when off. */
function isAmbiguous(text: string, tokens: readonly Token[]): boolean {
  if (!text.includes("\\")) return false
  const others = tokenize(text, { standardConformingStrings: false })
  return others.length !== tokens.length || others.some((other, index) => other.end !== tokens[index]!.end)
}

function examine(strings: TemplateStringsArray): Template {
  if (!isTemplate(strings))
    throw new CompositionError("sql is a template tag: write sql`…`, or sql.raw(text) for trusted text")
  let text = ""
  const holes: number[] = []
  for (const [index, string] of strings.entries()) {
    if (string === undefined)
      throw new CompositionError("the template has an invalid escape: write \\\\ for a backslash")
    checkText(string, "the template")
    text += string
    if (index === strings.length - 1) break
    holes.push(text.length)
    text += `$${index + 1}`
  }
  try {
    return readTemplate(text, holes, true)
  } catch (error) {
    if (!text.includes("\\")) throw error
    try {
      // Written for a session with standard_conforming_strings = off.
      return { ...readTemplate(text, holes, false), ambiguous: true }
    } catch {
      throw error
    }
  }
}

function readTemplate(text: string, holes: readonly number[], standardConformingStrings: boolean): Template {
  const tokens = tokenize(text, { standardConformingStrings })
  let refusal: string | undefined
  let ownParameters = false
  let hole = 0
  for (const [index, token] of tokens.entries()) {
    if (!token.closed) {
      throw new CompositionError(`the text ends inside ${nameOf(token)}: ${excerpt(text, token)}`)
    }
    const isHole = token.start === holes[hole]
    if (token.kind === "parameter" && !isHole) ownParameters = true
    for (; holes[hole] !== undefined && holes[hole]! < token.end; hole++) {
      const number = hole + 1
      if (token.kind === "parameter") {
        const next = tokens[index + 1]
        if (token.end > token.start + String(number).length + 1 || next?.kind === "identifier")
          refusal ??= touchesWord(number)
      } else if (token.kind === "identifier") {
        refusal ??= touchesWord(number)
      } else {
        throw new CompositionError(
          `the value for $${number} stands inside ${nameOf(token)}, where it would be text: ${excerpt(text, token)}`,
        )
      }
    }
  }
  if (ownParameters && holes.length > 0) refusal ??= OWN_PARAMETERS
  if (holes.length > MAX_PARAMETERS) refusal ??= tooManyParameters(holes.length)
  return { text, refusal, ownParameters, endsInComment: endsInComment(tokens), ambiguous: isAmbiguous(text, tokens) }
}

function endsInComment(tokens: readonly Token[]): boolean {
  return tokens.at(-1)?.kind === "line-comment"
}

function nameOf(token: Token): string {
  switch (token.kind) {
    case "string":
    case "dollar-string":
      return "a string"
    case "quoted-identifier":
      return "a quoted identifier"
    default:
      return "a comment"
  }
}

function excerpt(text: string, token: Token): string {
  const part = text.slice(token.start, Math.min(token.end, token.start + 40))
  return part.length < token.end - token.start ? `${part}…` : part
}
