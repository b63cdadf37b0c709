/** Traces `pg` with OpenTelemetry and prints the spans. Copied into the project by the test. */

import { createRequire } from "node:module"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import { registerInstrumentations } from "@opentelemetry/instrumentation"
import { PgInstrumentation } from "@opentelemetry/instrumentation-pg"
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"

const [, , connectionString] = process.argv
const require = createRequire(import.meta.url)
const { context, trace } = require("@opentelemetry/api")

const exporter = new InMemorySpanExporter()
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
registerInstrumentations({
  tracerProvider,
  instrumentations: [new PgInstrumentation({ enhancedDatabaseReporting: true })],
})

const pg = require("pg")
const tracer = tracerProvider.getTracer("test")
await tracer.startActiveSpan("work", async (parent) => {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query("select 1 as a")
  await client.query("select $1::int as a", [5])
  await client.query({ name: "named", text: "select $1::text as a", values: ["x"] })
  await new Promise((resolve) => client.query("select 2 as b", resolve))
  await client.query("select nosuch").catch(() => {})
  await client.end()
  const pool = new pg.Pool({ connectionString })
  await pool.query("select 3 as c")
  const lent = await pool.connect()
  await lent.query("select 4 as d")
  lent.release()
  await pool.end()
  parent.end()
})

/** Each run has a database of its own. */
const withoutDatabase = (text) => text.replaceAll(/traced_\w+/g, "db")

/** What stays the same from run to run. */
const told = exporter.getFinishedSpans().map(({ name, kind, status, attributes, parentSpanContext, events }) => ({
  name: withoutDatabase(name),
  kind,
  status,
  hasParent: parentSpanContext !== undefined,
  events: events.map((event) => event.name),
  attributes: Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      String(value)
        .replaceAll(/\/(traced_\w+)/g, "/db")
        .replaceAll(/traced_\w+/g, "db"),
    ]),
  ),
}))
trace.disable()
console.log(JSON.stringify(told))
