/**
 * Tells statements that only read, whatever their parameters turn out to be, from all others: one that begins as a query
 * does, has no word that changes anything, and calls no function but well-known ones, for others may do anything. In
 * doubt a statement is none.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */

/** Longer texts are not looked into: it takes time, and expressions over millions of characters exhaust the stack. */
const LONGEST = 256 * 1024
const READ = /^[\s(]*(?:select|table|values|with)\b/i
const CHANGE = /\b(?:delete|insert|into|merge|update)\b/i
/** Whether something may stand in the text that is no code. */
const HAS_QUOTES = /['"\\]|--|\/\*|\$(?!\d)/
/** A comment, a string, a name in quotes. */
const QUOTED = /--[^\n\r]*|\/\*(?:[^*/]|\*(?!\/)|\/(?!\*))*\*\/|'[^'\\]*'|"[^"]*"/g
/** What is left where quotes are of another kind, nested or not closed. */
const UNREADABLE = /['"\\]|\/\*|\$(?!\d)/
/** Stands for a name in quotes. */
const NAME = "\u0001"
/** White space and the characters of names, as the server has them. */
const SPACE = /[ \t\n\r\f\v]/
const WORD = /[\w$\u0080-\uffff\u0001]/

/** Reserved words that a parenthesis may follow, types that have modifiers, and functions that only compute. */
const HARMLESS: ReadonlySet<string> = new Set(
  `all and any array as between case cast coalesce distinct else except exists from greatest having in intersect lateral
   least limit not nullif offset on or row select some then union using values when where with
   bit char decimal numeric time timestamp timestamptz varchar
   abs array_agg avg bool_and bool_or ceil char_length concat count date_part date_trunc extract floor generate_series
   json_agg json_build_object jsonb_agg jsonb_build_object length lower max min mod now rank round row_number
   row_to_json string_agg substring sum to_char to_json to_jsonb to_timestamp trim unnest upper`.split(/\s+/),
)

/** Whether a run of the statement leaves no trace, also one in which a parameter was taken for something else. */
export function isPlainRead(text: string): boolean {
  if (text.length > LONGEST) return false
  let code = text
  if (HAS_QUOTES.test(text)) {
    code = text.replace(QUOTED, (quoted) => (quoted.startsWith('"') ? NAME : " "))
    if (UNREADABLE.test(code)) return false
  }
  return READ.test(code) && !CHANGE.test(code) && !callsAnything(code)
}

/** Whether a parenthesis may begin the arguments of a function that could do anything. */
function callsAnything(code: string): boolean {
  for (let open = code.indexOf("("); open >= 0; open = code.indexOf("(", open + 1)) {
    const end = skipBack(code, open, SPACE)
    const start = skipBack(code, end, WORD)
    if (start === end) continue
    if (!HARMLESS.has(code.slice(start, end).toLowerCase())) return true
    if (code[skipBack(code, start, SPACE) - 1] === ".") return true
  }
  return false
}

/** Where the run of such characters begins that ends here. */
function skipBack(code: string, end: number, characters: RegExp): number {
  let at = end
  while (at > 0 && characters.test(code[at - 1]!)) at--
  return at
}
