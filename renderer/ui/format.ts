/** `0:42`, `15 min 56 s`, `2 h 5 min`, `3 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `0:${String(seconds).padStart(2, '0')}`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return `${minutes}:${String(seconds % 60).padStart(2, '0')}`
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** As long as a step may be: `340 ms`, `4.2 s`, and from ten seconds on as `duration` has it. */
export function fineDuration(ms: number): string {
  if (ms < 1) return '0 s'
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`
  return duration(ms)
}

/** The same in its largest unit: `42 s`, `15 min`, `3 d`. */
export function roughly(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

/** `just now`, `35 min ago`. */
export function ago(ms: number): string {
  return ms < 10_000 ? 'just now' : `${roughly(ms)} ago`
}

// A formatter keeps the zone in which it was made; whoever travels takes the window along.
function inZone(options: Intl.DateTimeFormatOptions): () => Intl.DateTimeFormat {
  let made: Intl.DateTimeFormat | undefined
  let offset = 0
  return () => {
    const now = new Date().getTimezoneOffset()
    if (!made || now !== offset) {
      offset = now
      made = new Intl.DateTimeFormat(undefined, options)
      exacts.clear()
    }
    return made
  }
}

const CLOCK = inZone({ hour: '2-digit', minute: '2-digit' })
const CLOCK_SECONDS = inZone({
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const DAY = inZone({ weekday: 'short', day: 'numeric', month: 'short' })
const DAY_YEAR = inZone({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
const DAY_MONTH = inZone({ day: 'numeric', month: 'short' })
const MONTH = inZone({ month: 'short', year: 'numeric' })
const EXACT = inZone({ dateStyle: 'full', timeStyle: 'long' })

/** Hours and minutes in the person's own way. */
export function clock(moment: number): string {
  return CLOCK().format(moment)
}

export function clockSeconds(moment: number): string {
  return CLOCK_SECONDS().format(moment)
}

/** For the time axis: with seconds where they matter, and without "AM" and "PM", for which there is no room. */
export function axisClock(moment: number): string {
  const parts = (moment % 60_000 === 0 ? CLOCK : CLOCK_SECONDS)().formatToParts(moment)
  return parts
    .filter(part => part.type !== 'dayPeriod')
    .map(part => part.value)
    .join('')
    .trim()
}

/**
 * `14:02:11, took 0:09`, or `14:02 to 14:09, 7:21`.
 *
 * @param asleepMs What the machine slept of it, which is told apart.
 */
export function timeSpan(from: number, to: number, now: number, asleepMs = 0): string {
  const awake = duration(to - from - asleepMs)
  const length = asleepMs > 0 ? `${awake} and ${roughly(asleepMs)} asleep` : awake
  if (to - from < 60_000) {
    const today = new Date(from).toDateString() === new Date(now).toDateString()
    return `${today ? '' : `${day(from)}, `}${clockSeconds(from)}, took ${length}`
  }
  return `${when(from, now)} to ${clock(to)}, ${length}`
}

/** `Tue, 24 Nov`. */
export function day(moment: number): string {
  return DAY().format(moment)
}

/** `24 Nov`. */
export function dayMonth(moment: number): string {
  return DAY_MONTH().format(moment)
}

/** `Nov 2026`. */
export function month(moment: number): string {
  return MONTH().format(moment)
}

/** Everything, for a tooltip. */
export function exact(moment: number): string {
  const format = EXACT()
  let words = exacts.get(moment)
  if (words === undefined) {
    if (exacts.size >= MOST_KEPT) exacts.clear()
    exacts.set(moment, (words = format.format(moment)))
  }
  return words
}

// The dearest of all words, and wanted for the same moments in each frame that is zoomed.
const exacts = new Map<number, string>()
const MOST_KEPT = 2000

/** The clock, with the day when it is another than today's, and with the year when that is another. */
export function when(moment: number, now: number): string {
  const [then, today] = [new Date(moment), new Date(now)]
  if (then.toDateString() === today.toDateString()) return clock(moment)
  const isOfYear = then.getFullYear() === today.getFullYear()
  return `${isOfYear ? day(moment) : DAY_YEAR().format(moment)}, ${clock(moment)}`
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

const COUNT = new Intl.NumberFormat()

export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${COUNT.format(n)} ${n === 1 ? noun : plural}`
}

export function number(n: number): string {
  return COUNT.format(n)
}

/** A revision as people quote it. */
export function shortRevision(revision: string | null): string {
  return revision === null
    ? ''
    : /^[0-9a-f]{40,64}$/.test(revision)
      ? revision.slice(0, 7)
      : revision
}

/** `Ann Example <ann@example.org>` is `Ann Example`. */
export function personName(who: string): string {
  return who.replace(/\s*<[^>]*>\s*$/, '') || who
}

/** Two letters that stand for a person. */
export function initials(who: string): string {
  const words = personName(who)
    .split(/[\s._-]+/u)
    .filter(Boolean)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return letters.map(word => [...(word ?? '?')][0]!.toLocaleUpperCase()).join('')
}
