import { addSlave, type SlaveDraft, setSlavePort } from '../master/config/edit-slaves.ts'
import type { Master } from '../master/master.ts'
import type { AttachTrouble } from '../master/slaves/remote/attach.ts'
import { probeSlave } from '../master/slaves/remote/pairing.ts'
import { trouble } from '../master/slaves/remote/trouble.ts'
import { mustBeGood, readConfigText, writeConfigText } from './config-text.ts'
import type { Handlers } from './contract.ts'
import { mustBe, RefusedError } from './refused.ts'

type AttachHandlers = Pick<Handlers, Extract<keyof Handlers, `attach:${string}`>>

/** Attaching slaves of other machines: what master.yml says and what was agreed on go together. */
export function attachHandlers(master: Master): AttachHandlers {
  const { remote, data } = master

  return {
    'attach:info': () => remote.info(),

    async 'attach:listen'({ port }) {
      const text = edited(before => setSlavePort(before, port))
      if (typeof text !== 'string') return text
      writeConfigText(master, text)
      await remote.settled()
      const info = remote.info()
      if (!info.slavePort || info.trouble !== '')
        return trouble(
          'no-slave-port',
          `Slaves can't dial in: ${info.trouble}.`,
          'Choose another port.',
        )
      return { ok: true, ...info }
    },

    'attach:probe': ({ address }) => probeSlave(address),

    async 'attach:pair'(order) {
      const { name, address, tags, maxBuilds } = order
      // Before the code is spent: what can't be written down can't be attached.
      const draft = { name, address, tags, maxBuilds }
      const wrong = refuseName(draft)
      if (wrong) return wrong
      const paired = await remote.pair(order)
      if (!paired.ok) return paired
      return write({ ...draft, address: paired.address }) ?? { ok: true, name }
    },

    async 'attach:invite'({ name, tags, maxBuilds, password }) {
      const draft = { name, address: null, tags, maxBuilds }
      const wrong = refuseName(draft)
      if (wrong) return wrong
      const invited = await remote.invite(name, password)
      if (!invited.ok) return invited
      return write(draft) ?? invited
    },

    async 'attach:revoke'({ name }) {
      const { kind } = mustBe(data.slave(name), `there is no slave "${name}"`)
      // It has no keys that could be taken away, and goes on as before.
      if (kind === 'local')
        throw new RefusedError(
          `"${name}" runs on this machine and was never attached. "triphammer pause ${name}" gives it no new builds; "triphammer remove ${name}" takes it out of master.yml.`,
        )
      return remote.revoke(name)
    },
  }

  function refuseName(draft: SlaveDraft): AttachTrouble | undefined {
    const text = edited(before => addSlave(before, draft))
    return typeof text === 'string' ? undefined : text
  }

  function write(draft: SlaveDraft): AttachTrouble | undefined {
    const text = edited(before => addSlave(before, draft))
    if (typeof text !== 'string') return text
    writeConfigText(master, text)
    return undefined
  }

  // The text with the change, or what is wrong with it.
  function edited(change: (text: string) => string): string | AttachTrouble {
    const before = readConfigText(master)
    try {
      mustBeGood(master, before)
    } catch (error) {
      const { message } = error as Error
      return trouble('config', `master.yml has a fault: ${message}.`, 'Mend it, then try again.')
    }
    try {
      const text = change(before)
      mustBeGood(master, text)
      return text
    } catch (error) {
      return trouble(
        'slave-name',
        sentence((error as Error).message),
        'Give the slave another name.',
      )
    }
  }
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`
}
