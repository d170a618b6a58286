import type { Build } from '../bridge.ts'
import { clockSeconds, day, duration, exact, when } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { element, escapeMarkup, wrapped } from '../ui/svg-pen.ts'
import { dayWords } from './day-words.ts'
import { type PictureInput, pagePicture } from './page-picture.ts'

export interface PageInput extends PictureInput {
  /** What the desk is called. */
  readonly title: string
  /** The declarations of the themes' tokens. */
  readonly light: string
  readonly dark: string
  /** The zone that the times are of. */
  readonly zone: string
}

/**
 * The time in sight as a page of its own, for whoever has no Triphammer: a picture of all columns and the same as a
 * table. It holds all that it needs, asks nothing of any network and runs no script; what people and repositories
 * called things is text in it, whatever it looks like.
 */
export function pageOf(input: PageInput): string {
  const { title, light, dark, family, zone, shown } = input
  const { model, top, height, live, now } = shown
  const from = model.axis.moment(Math.max(0, top + height))
  const to = live && top <= 0 ? now : model.axis.moment(Math.max(0, top))
  const heading = `${title}: ${when(from, now)} to ${when(to, now)}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
${element('title', {}, heading)}
<style>
:root{${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
${STYLE.replaceAll('FAMILY', () => family)}
@media print{:root{${light}}${PRINT}}
</style>
</head>
<body>
${element('h1', {}, heading)}
${element('p', {}, `As it was known on ${exact(now)}. Times are those of ${zone}.`)}
<div class="picture" tabindex="0" role="region" aria-label="Picture">${pagePicture(input)}</div>
${model.daily ? dayTable(input, from, to) : buildTable(input)}
</body>
</html>
`
}

function buildTable({ shown, builders }: PageInput): string {
  const { model, top, height, now } = shown
  const names = new Map(builders.map(({ id, name }) => [id, name]))
  // A builder may have several columns.
  const builds = new Map<Build['id'], Build>()
  for (const column of model.columns)
    for (const box of column.boxes.within(top, top + height))
      for (const build of box.builds) builds.set(build.id, build)
  const rows = [...builds.values()]
    .sort((a, b) => b.startedAt - a.startedAt || b.id - a.id)
    .map(build => [
      names.get(build.builderId) ?? '?',
      `#${build.number}`,
      LOOK_WORDS[lookOf(build.results)],
      build.stateString,
      `${day(build.startedAt)}, ${clockSeconds(build.startedAt)}`,
      duration((build.completeAt ?? now) - build.startedAt),
      build.slave,
      build.branch ?? '',
    ])
  const heads = ['Builder', 'Build', 'Result', 'State', 'Began', 'Took', 'Slave', 'Branch']
  return table('Builds, the newest first', heads, rows)
}

function dayTable({ shown }: PageInput, from: number, to: number): string {
  const rows = shown.model.columns.flatMap(({ plan, days }) =>
    days
      .filter(cell => cell.to > from && cell.from < to)
      .map(cell => [plan.name, day(cell.from), dayWords(cell)]),
  )
  return table('Days, the newest first', ['Column', 'Day', 'Builds'], rows)
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]) {
  if (rows.length === 0) return '<p>Nothing was built in this time.</p>'
  const cells = (row: readonly string[]) =>
    row.map(cell => `<td dir="auto">${escapeMarkup(cell)}</td>`).join('')
  const head = heads.map(one => element('th', { scope: 'col' }, one)).join('')
  const body = rows.map(row => `<tr>${cells(row)}</tr>`).join('\n')
  return wrapped(
    'table',
    {},
    `${element('caption', {}, caption)}<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>`,
  )
}

const STYLE = `body{margin:24px;font:13px/1.4 FAMILY;color:var(--text);background:var(--window)}
h1{font-size:20px;margin:0}
p{color:var(--text-2);margin:4px 0 16px}
.picture{overflow:auto;width:fit-content;max-width:100%;border:1px solid var(--line);border-radius:7px;font-family:FAMILY}
.picture svg{display:block}
table{border-collapse:collapse;margin-top:24px;font-size:12px;background:var(--canvas);border:1px solid var(--line)}
caption{text-align:left;font-weight:600;font-size:15px;padding:0 0 8px}
th,td{text-align:left;padding:4px 12px 4px 8px;border-top:1px solid var(--line-faint)}
th{color:var(--text-2)}`

// Patterns tell results apart in grey.
const PRINT = `body{margin:0;background:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.picture{overflow:visible;border:0}.picture>svg{width:100%;height:auto}tr{break-inside:avoid}`
