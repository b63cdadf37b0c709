/**
 * The compiler as the repository sets it, over files that exist or are made up, for tests of what compiles.
 */

import { join } from "node:path"
import ts from "typescript"

const root = join(import.meta.dirname, "../..")

/** What the compiler had to say, and how much work it was. */
export interface Compiled {
  /** One line each, `path(line,column): message`. */
  readonly diagnostics: readonly string[]
  /** How many types were made. */
  readonly types: number
  /** How often a generic type was filled in: what overloads and conditional types cost. */
  readonly instantiations: number
}

/**
 * Checks files of the repository by its own settings.
 * @param paths relative to the repository
 * @param made the text of those that do not exist
 * @param options settings that differ
 */
export function compile(
  paths: readonly string[],
  made: ReadonlyMap<string, string> = new Map(),
  options: ts.CompilerOptions = {},
): Compiled {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile)
  const settings = { ...ts.parseJsonConfigFileContent(config, ts.sys, root, options).options, ...options }
  const host = ts.createCompilerHost(settings)
  const madeUp = new Map([...made].map(([path, text]) => [join(root, path), text]))
  const { fileExists, readFile } = host
  host.fileExists = (path) => madeUp.has(path) || fileExists(path)
  host.readFile = (path) => madeUp.get(path) ?? readFile(path)
  const { getSourceFile } = host
  host.getSourceFile = (path, version, ...rest) => {
    const text = madeUp.get(path)
    return text === undefined ? getSourceFile(path, version, ...rest) : ts.createSourceFile(path, text, version, true)
  }
  const program = ts.createProgram(
    paths.map((path) => join(root, path)),
    settings,
    host,
  )
  const diagnostics = paths.flatMap((path) => {
    const file = program.getSourceFile(join(root, path))
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
  })
  return {
    diagnostics: [...program.getGlobalDiagnostics(), ...program.getOptionsDiagnostics(), ...diagnostics].map(tell),
    types: program.getTypeCount(),
    instantiations: program.getInstantiationCount(),
  }
}

function tell({ file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, "\n")
  if (file === undefined || start === undefined) return message
  const { line, character } = file.getLineAndCharacterOfPosition(start)
  return `${file.fileName.slice(root.length + 1)}(${line + 1},${character + 1}): ${message}`
}
