/** What a slave tells a person who looks at its terminal. The protocol never runs here. */
export interface Console {
  say(topic: string, text: string): void
  started(builder: string, command: unknown): void
  ended(builder: string, command: unknown, tookMs: number, failure: string | null): void
}

const DIM = '\x1b[2m'
const BOLD = '\x1b[1m'
const CYAN = '\x1b[36m'
const GREEN = '\x1b[32m'
const RED = '\x1b[31m'
const PLAIN = '\x1b[0m'

/** Writes one line for each thing that happens. */
export function createConsole(write: (text: string) => void, now: () => Date): Console {
  return {
    say: (topic, text) => line(topic, text),
    started: (builder, command) => line('start', `${CYAN}${builder}${PLAIN} ${words(command)}`),
    ended(builder, command, tookMs, failure) {
      const took = `${(tookMs / 1000).toFixed(2)} s`
      const how = failure === null ? `${GREEN}${took}${PLAIN}` : `${RED}${failure}${PLAIN}`
      line('end', `${CYAN}${builder}${PLAIN} ${words(command)} ${how}`)
    },
  }

  function line(topic: string, text: string) {
    const time = now().toTimeString().slice(0, 8)
    write(`${DIM}${time}${PLAIN} ${BOLD}${topic.padEnd(7)}${PLAIN} ${text}\r\n`)
  }
}

function words(command: unknown): string {
  const text = Array.isArray(command) ? command.join(' ') : String(command)
  const first = text.split('\n', 1)[0]!
  return first.length > 100 ? `${first.slice(0, 99)}…` : first
}

/** Without colours, for what is no terminal. */
export function plainText(text: string): string {
  return text.replace(/\x1b\[[\d;]*m|\r(?=\n)/g, '')
}
