import type { Host } from '../host/host.ts'
import { type ConfigStatus, describeInForce, describeProblem } from '../master/config/status.ts'
import { tell } from './terminal.ts'

/** Tells on stderr what is wrong with the configuration, now and whenever it is read again. */
export function tellConfig({ master }: Host): void {
  let told = ''
  take(master.config.status)
  master.mq.subscribe('config/changed', take)

  function take(status: ConfigStatus) {
    const words = linesOf(status).join('\n')
    if (words === told) return
    const mended = told !== '' && words === ''
    told = words
    tell(mended ? `${status.file} is in force` : words)
  }
}

/** Faults and notices, one a line, and what the faults mean for what runs. */
export function linesOf(status: ConfigStatus): string[] {
  return [
    ...status.problems.map(describeProblem),
    ...(status.good ? [] : [describeInForce(status)]),
    ...status.notices.map(notice => `note: ${describeProblem(notice)}`),
  ]
}
