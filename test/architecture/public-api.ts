/**
 * The public API as text: for each entry of the package every exported name with its declared signature, without
 * comments, bodies and what is private. The test compares it with the reviewed `api.txt`; a change of the API shows in its diff.
 *
 *   npm run api:update
 */

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"
import { root } from "./source-files.ts"

const reviewedPath = join(root, "test/architecture/api.txt")

/** The entries by the name a user imports, with their source files. */
export function entries(): Map<string, string> {
  const manifest: { exports: Record<string, { import?: { default?: string } }> } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  )
  const found = new Map<string, string>()
  for (const [name, target] of Object.entries(manifest.exports)) {
    const built = target.import?.default
    if (built !== undefined) {
      // Folders with an entry of their own are built to one file.
      const base = built.replace(/^\.\/dist\//, "src/").replace(/\.js$/, "")
      const path = [`${base}.ts`, `${base}/index.ts`, `src/adapters/${base.slice(4)}.ts`].find((candidate) =>
        ts.sys.fileExists(join(root, candidate)),
      )
      if (path === undefined) {
        throw new Error(`no source file for the entry ${name} (${built})`)
      }
      found.set(name.replace(/^\./, "pgline"), path)
    }
  }
  return found
}

/** True for members that are nobody's business outside. */
function isHidden(member: ts.ClassElement): boolean {
  const isPrivateName = member.name !== undefined && ts.isPrivateIdentifier(member.name)
  const flags = ts.getCombinedModifierFlags(member)
  return isPrivateName || (flags & ts.ModifierFlags.Private) !== 0 || ts.isClassStaticBlockDeclaration(member)
}

/** True for the body of an overloaded method: its users see the overloads. */
function isImplementation(member: ts.ClassElement, all: readonly ts.ClassElement[]): boolean {
  const name = member.name?.getText()
  const isOverload = (other: ts.ClassElement): boolean =>
    ts.isMethodDeclaration(other) && other.body === undefined && other.name.getText() === name
  return ts.isMethodDeclaration(member) && member.body !== undefined && all.some(isOverload)
}

const { factory } = ts

/** A member of a class without its body or its initial value. */
function memberSignature(member: ts.ClassElement): ts.ClassElement {
  if (ts.isMethodDeclaration(member)) {
    const { modifiers, asteriskToken, name, questionToken, typeParameters, parameters, type } = member
    const kept = modifiers?.filter((modifier) => modifier.kind !== ts.SyntaxKind.AsyncKeyword)
    return factory.createMethodDeclaration(
      kept,
      asteriskToken,
      name,
      questionToken,
      typeParameters,
      parameters,
      type,
      undefined,
    )
  }
  if (ts.isConstructorDeclaration(member)) {
    return factory.createConstructorDeclaration(member.modifiers, member.parameters, undefined)
  }
  if (ts.isGetAccessorDeclaration(member)) {
    return factory.createGetAccessorDeclaration(
      member.modifiers,
      member.name,
      member.parameters,
      member.type,
      undefined,
    )
  }
  if (ts.isPropertyDeclaration(member)) {
    const type = member.type
    return factory.createPropertyDeclaration(
      member.modifiers,
      member.name,
      member.questionToken ?? member.exclamationToken,
      type,
      type ? undefined : member.initializer,
    )
  }
  return member
}

/** A declaration reduced to what its users see; several for an overloaded function. */
function signature(declaration: ts.Declaration): ts.Node {
  if (ts.isFunctionDeclaration(declaration)) {
    const { asteriskToken, name, typeParameters, parameters, type } = declaration
    return factory.createFunctionDeclaration(
      undefined,
      asteriskToken,
      name,
      typeParameters,
      parameters,
      type,
      undefined,
    )
  }
  if (ts.isClassDeclaration(declaration)) {
    const { members: all } = declaration
    const members = all.filter((member) => !isHidden(member) && !isImplementation(member, all)).map(memberSignature)
    const { modifiers, name, typeParameters, heritageClauses } = declaration
    const kept = modifiers?.filter((modifier) => modifier.kind === ts.SyntaxKind.AbstractKeyword)
    return factory.createClassDeclaration(kept, name, typeParameters, heritageClauses, members)
  }
  if (ts.isVariableDeclaration(declaration) && declaration.type) {
    return factory.createVariableDeclaration(declaration.name, undefined, declaration.type, undefined)
  }
  return declaration
}

/** An overloaded function's implementation is not part of what its users see. */
function visibleDeclarations(symbol: ts.Symbol): ts.Declaration[] {
  const all = symbol.declarations ?? []
  const overloads = all.filter((declaration) => ts.isFunctionDeclaration(declaration) && !declaration.body)
  return overloads.length > 0 ? overloads : all
}

/** One line when it fits, otherwise as printed, indented below its name. */
function layOut(text: string): string {
  const oneLine = text.replaceAll(/\s+/g, " ")
  return oneLine.length <= 160 ? oneLine : text.replaceAll(/\n/g, "\n  ")
}

/** Lists what a module gives, its namespaces (`export * as errors`) included. */
function listModule(checker: ts.TypeChecker, module: ts.Symbol, prefix: string): string[] {
  const printer = ts.createPrinter({ removeComments: true })
  return checker.getExportsOfModule(module).flatMap((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    if (target.flags & ts.SymbolFlags.ValueModule) {
      return listModule(checker, target, `${prefix}${symbol.name}.`)
    }
    return visibleDeclarations(target).map((declaration) => {
      const text = printer.printNode(ts.EmitHint.Unspecified, signature(declaration), declaration.getSourceFile())
      return `${prefix}${symbol.name}: ${layOut(text.replace(/^export /, ""))}`
    })
  })
}

/** The whole API, sorted by name. */
export function describeApi(): string {
  const sources = entries()
  const configPath = join(root, "tsconfig.json")
  const config = ts.parseJsonConfigFileContent(ts.readConfigFile(configPath, ts.sys.readFile).config, ts.sys, root)
  const paths = [...sources.values()].map((path) => join(root, path))
  const program = ts.createProgram(paths, config.options)
  const checker = program.getTypeChecker()
  const sections = [...sources].map(([name, path]) => {
    const file = program.getSourceFile(join(root, path))
    const module = file && checker.getSymbolAtLocation(file)
    if (!module) {
      throw new Error(`${path} is not a module`)
    }
    return `# ${name}\n\n${listModule(checker, module, "").sort().join("\n")}\n`
  })
  return sections.join("\n")
}

/** The API as it was last reviewed. */
export function reviewedApi(): string {
  return readFileSync(reviewedPath, "utf8")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(reviewedPath, describeApi())
}
