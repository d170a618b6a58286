import { parseConfig } from '../master/config/parse.ts'
import { removeItem } from '../master/config/remove-item.ts'
import { describeProblem } from '../master/config/status.ts'
import type { Master } from '../master/master.ts'
import type { Slave } from '../master/model.ts'
import { readConfigText, writeConfigText } from './config-text.ts'
import type { Handlers } from './contract.ts'
import { mustBe, RefusedError } from './refused.ts'

type SlaveChannel =
  | 'slave:console'
  | 'slave:vitals'
  | 'slave:pause'
  | 'slave:unpause'
  | 'slave:drain'
  | 'slave:kill'
  | 'slave:remove'
  | 'slave:resetQuarantine'

/** What a person may do with slaves. */
export function slaveHandlers(master: Master): Pick<Handlers, SlaveChannel> {
  const { data, distributor, slaves, clock } = master

  return {
    'slave:console': name => data.slaveConsole(name),
    'slave:vitals': name => data.slaveVitals(slaveNamed(name).name),

    'slave:pause'({ name, reason, until, by = 'you' }) {
      configured(name)
      if (until !== null && until <= clock.now())
        throw new RefusedError('the pause would be over before it begins: its end is in the past')
      data.pauseSlave(name, { reason, by, until })
      data.addEvent('slave-paused', name, reason)
    },
    'slave:unpause'({ name }) {
      if (!slaveNamed(name).paused) return
      data.unpauseSlave(name)
      data.addEvent('slave-unpaused', name, 'by hand')
    },
    'slave:drain'({ name, on }) {
      if (configured(name).draining === on) return
      data.setSlaveDraining(name, on)
      data.addEvent(on ? 'slave-draining' : 'slave-wanted', name)
    },
    'slave:kill'({ name, by = 'you' }) {
      configured(name)
      const why = `${name} was killed by ${by}`
      data.addEvent('slave-killed', name, by)
      distributor.retrySlave(name, why)
      slaves.kill(name)
    },
    'slave:remove': ({ name }) => remove(name),
    'slave:resetQuarantine'({ name }) {
      slaveNamed(name)
      data.endQuarantine(name)
    },
  }

  function slaveNamed(name: string): Slave {
    return mustBe(data.slave(name), `there is no slave "${name}"`)
  }

  function configured(name: string): Slave {
    const slave = slaveNamed(name)
    if (!slave.active) throw new RefusedError(`slave "${name}" is no longer configured`)
    return slave
  }

  // Its builds end as RETRY with it, its keys are taken away, and its history stays.
  async function remove(name: string) {
    configured(name)
    const { file } = master.config.status
    const before = readConfigText(master)
    const text = removeItem(before, 'slaves', name)
    if (text === undefined)
      throw new RefusedError(
        `slave "${name}" does not stand in ${file}: it is there because the file names no slaves`,
      )
    const { problems } = parseConfig(text, file)
    if (problems[0])
      throw new RefusedError(
        `slave "${name}" can't be removed, the configuration would be faulty: ${describeProblem(problems[0])}`,
      )
    // While it can still be told.
    if (data.slaveKeys(name)) await master.remote.revoke(name)
    writeConfigText(master, text)
  }
}
