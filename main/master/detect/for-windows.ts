import { type Detection, warning } from './detection.ts'
import type { DraftStep } from './proposal.ts'

/** What stands for a program of other systems at the beginning of a command. */
const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/^\.\/gradlew(?= |$)/, 'gradlew.bat'],
  [/^\.\/mvnw(?= |$)/, 'mvnw.cmd'],
  // What is called python3 there opens the Store.
  [/^python3(?= |$)/, 'py -3'],
]
const OF_SH =
  /^\.\/|^(?:\w+=|export |source |\. )|\$[({\w]|`|'|\/dev\/null|(?:^|[|&;] *)(?:sh|rm|cp|mv|test|\[) /m

/**
 * A proposal in words of Windows, for a master whose own slaves run there. What can't be said for
 * cmd.exe is left as it is and told: a person knows what to write, and a guess could be green.
 */
export function forWindows({ found, steps, tools }: Detection): Detection {
  const translated = steps.map(step =>
    step.program ? step : { ...step, text: translate(step.text) },
  )
  const strange = translated.filter(isForUnix)
  return {
    found: [...found, ...strange.map(finding)],
    steps: translated,
    tools: tools.map(tool => (tool === 'python3' ? 'py' : tool)),
  }
}

function translate(text: string): string {
  return text
    .split('\n')
    .map(line => INSTEAD.reduce((so, [from, to]) => so.replace(from, to), line))
    .join('\n')
}

function isForUnix({ kind, program, text }: DraftStep): boolean {
  if (kind === 'git' || kind === 'upload') return false
  return program ? /^(?:ba)?sh$/.test(program[0] ?? '') : OF_SH.test(text)
}

function finding({ name, program }: DraftStep) {
  return program
    ? warning(
        `"${name}" needs ${program[0]}`,
        'On Windows that is the one of WSL, where there is one, and it builds in another system. Name the one of Git: C:\\Program Files\\Git\\bin\\bash.exe.',
      )
    : warning(
        `"${name}" is written for a shell of the Unix kind`,
        'On Windows its text goes to cmd.exe. Change it, or start it with the bash of Git: ["C:\\\\Program Files\\\\Git\\\\bin\\\\bash.exe", "-ec", "…"].',
      )
}
