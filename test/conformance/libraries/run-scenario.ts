/**
 * Runs one scenario in a process of its own and prints what it returns, one line of JSON.
 *
 *   node [--import face-hook.ts] run-scenario.ts <name> <server as JSON>
 */

import pg from "pg"
import type { Scenario, ScenarioServer } from "./scenario.ts"

const [, , name, server] = process.argv
if (name === undefined || server === undefined) throw new Error("a scenario's name and a server are needed")
const { run }: { run: Scenario } = await import(`./scenarios/${name}.ts`)
const result = await run(JSON.parse(server) as ScenarioServer)
// A method of pgline's alone tells which of the two was in use.
const face = "run" in pg.Connection.prototype ? "pgline" : "pg"
process.stdout.write(`${JSON.stringify({ face, result })}\n`)
