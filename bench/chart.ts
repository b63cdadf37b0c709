/**
 * The chart beside the tables: for each workload a bar per driver, its speed against the best of the other drivers. An
 * SVG that needs no script and reads on light and dark pages.
 */

import type { Line } from "./comparison.ts"
import type { DriverName } from "./driver.ts"

/** Who is drawn: the drivers for Node. */
const colours: Readonly<Partial<Record<DriverName, string>>> = {
  pgline: "#2563eb",
  pg: "#9ca3af",
  "pg-pipeline": "#6b7280",
  postgres: "#d1a054",
  floor: "#cbd5e1",
}

const LABEL_WIDTH = 350
const CHART_WIDTH = 480
const NUMBER_WIDTH = 150
const BAR_HEIGHT = 12
const GROUP_GAP = 14
const TOP = 44
/** Bars longer than this many times the best rival are cut, their number is not. */
const MAX_RATIO = 4

/** Draws the lines of a report. */
export function drawChart(lines: readonly Line[]): string {
  const parts: string[] = []
  let y = TOP
  for (const { workload, cells: all, bestRival } of lines) {
    if (bestRival === undefined) continue
    const cells = all.filter(({ driver }) => colours[driver] !== undefined)
    const middle = y + (cells.length * BAR_HEIGHT) / 2 + 4
    parts.push(`<text x="${LABEL_WIDTH - 10}" y="${middle}" text-anchor="end">${escapeText(workload.title)}</text>`)
    for (const cell of cells) {
      const ratio = cell.speed.median / bestRival
      const width = (Math.min(ratio, MAX_RATIO) / MAX_RATIO) * CHART_WIDTH
      parts.push(
        `<rect x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT - 2}" fill="${colours[cell.driver]}"/>`,
        `<text class="n" x="${(LABEL_WIDTH + width + 5).toFixed(1)}" y="${y + 9}">${cell.driver} ${ratio.toFixed(2)}×</text>`,
      )
      y += BAR_HEIGHT
    }
    y += GROUP_GAP
  }
  const width = LABEL_WIDTH + CHART_WIDTH + NUMBER_WIDTH
  const one = LABEL_WIDTH + CHART_WIDTH / MAX_RATIO
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" font-family="system-ui, sans-serif" font-size="12">
<style>text { fill: #374151 } .n { font-size: 9px } .h { font-size: 14px; font-weight: 600 } @media (prefers-color-scheme: dark) { text { fill: #d1d5db } }</style>
<text class="h" x="10" y="22">Speed against the best other driver (1× = the faster of pg and postgres)</text>
<line x1="${one}" y1="${TOP - 8}" x2="${one}" y2="${y - GROUP_GAP}" stroke="#9ca3af" stroke-dasharray="3 3"/>
${parts.join("\n")}
</svg>
`
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("`", "")
}
