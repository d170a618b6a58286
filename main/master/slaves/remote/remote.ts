import { parseAddress } from '../../../../slave/protocol/dial.ts'
import { ownAddresses } from '../../../../slave/protocol/own-addresses.ts'
import type { Clock } from '../../clock.ts'
import type { SlaveConfig, SlavePort } from '../../config/model.ts'
import type { Data } from '../../data/data.ts'
import type { AsyncStop, SlaveState } from '../../model.ts'
import type { SecretsStore } from '../../secrets.ts'
import type { Attachment } from '../attachment.ts'
import type { AttachInfo, AttachTrouble, Invitation, Revoked } from './attach.ts'
import { startDialIn } from './dial-in.ts'
import { type DialOut, startDialOut } from './dial-out.ts'
import { giveKeyBack, pairWithSlave } from './pairing.ts'
import { hashPassword, makePassword } from './passwords.ts'
import { fetchCommand, slavePackageSource } from './slave-package.ts'
import { trouble } from './trouble.ts'

export interface RemoteOptions {
  readonly data: Data
  readonly clock: Clock
  readonly secrets: SecretsStore
  /** The data directory. */
  readonly folder: string
  /** The slave's package, for machines that have none yet. */
  readonly slavePackage?: string
  readonly log: (text: string) => void
}

/** How slaves of other machines come by a link: they dial in, or are dialled. */
export interface Remote {
  /** Has slaves dial in there. */
  configure(where: SlavePort | null): Promise<void>
  info(): AttachInfo
  /** Resolves once the port that was asked for is open, or can't be had. */
  settled(): Promise<void>
  /** Keeps a slave of kind remote attached. */
  keep(slave: SlaveConfig, attachment: Attachment, onState: OnState): AsyncStop
  /** Pairs with the slave at an address, which is `name` from now on. */
  pair(order: PairWish): Promise<{ readonly ok: true; readonly address: string } | AttachTrouble>
  /** Gives a slave that dials in a password, and says what to type on its machine. */
  invite(name: string, password: string | undefined): Promise<Invitation | AttachTrouble>
  /** Takes a slave's keys away and ends its link. */
  revoke(name: string): Promise<Revoked>
  stop: AsyncStop
}

type OnState = (state: SlaveState, reason: string) => void

export interface PairWish {
  readonly name: string
  readonly address: string
  readonly code: string
  readonly fingerprint: string
}

interface Kept {
  readonly slave: SlaveConfig
  readonly attachment: Attachment
  readonly onState: OnState
  readonly dialOut?: DialOut
}

export function startRemote(options: RemoteOptions): Remote {
  const { data, clock, secrets, folder, log } = options
  const kept = new Map<string, Kept>()
  const packages = slavePackageSource(options.slavePackage)
  const dialIn = startDialIn({
    clock,
    folder,
    passwordHash: name => data.slaveKeys(name)?.passwordHash ?? undefined,
    onChanged: tellWaiting,
    file: packages.serve,
    log,
  })

  return {
    configure: where => dialIn.configure(where),
    info,
    settled: () => dialIn.settled(),
    keep(slave, attachment, onState) {
      return slave.address === null
        ? keepDialIn(slave, attachment, onState)
        : keepDialOut(slave, slave.address, attachment, onState)
    },

    async pair({ name, address, code, fingerprint }) {
      const paired = await pairWithSlave({ address, code, fingerprint })
      if (!paired.ok) return paired
      // First what is secret: a fingerprint without a key would look like a pairing.
      await secrets.set(secretOf(name), paired.key)
      data.saveSlaveFingerprint(name, paired.fingerprint)
      data.addEvent('slave-paired', name, paired.address)
      kept.get(name)?.dialOut?.again()
      return { ok: true, address: paired.address }
    },

    async invite(name, given) {
      const { slavePort, trouble: why } = info()
      if (!slavePort)
        return why === ''
          ? trouble(
              'no-slave-port',
              'This master listens nowhere for slaves.',
              'Choose a port, such as 9990: "slavePort: 9990" in master.yml.',
            )
          : trouble('no-slave-port', `Slaves can't dial in: ${why}.`, 'Choose another port.')
      const slavePackage = packages.describe()
      if (!slavePackage) return NOT_BUILT
      const password = given ?? makePassword()
      data.saveSlavePassword(name, await hashPassword(password))
      data.addEvent('slave-invited', name)
      await secrets.delete(secretOf(name))
      tellWaiting()
      const address = slavePort.addresses[0]!
      const { fingerprint } = slavePort
      return {
        ok: true,
        name,
        command: `${fetchCommand(slavePackage, address)} && npx --yes ./${slavePackage.name} --master ${address} --name ${name} --fingerprint ${fingerprint}`,
        stockCommand: slavePort.tls
          ? null
          : `buildbot-worker create-worker --protocol=msgpack_experimental_v7 ${name} ${address} ${name} ${password}`,
        address,
        fingerprint,
        password,
      }
    },

    async revoke(name) {
      const keys = data.slaveKeys(name)
      const key = await secrets.get(secretOf(name)).catch(() => undefined)
      data.deleteSlaveKeys(name)
      await secrets.delete(secretOf(name))
      data.addEvent('slave-revoked', name)
      const here = kept.get(name)
      const address = here?.slave.address ? parseAddress(here.slave.address) : undefined
      let told = true
      if (address && keys?.fingerprint)
        told = key !== undefined && (await giveKeyBack(address, keys.fingerprint, key))
      here?.attachment.giveUp('its keys were taken away')
      tellWaiting()
      return {
        ok: true,
        nextStep: told
          ? ''
          : `The slave could not be told. On its machine, run "triphammer slave --forget --name ${name}" before it is paired again.`,
      }
    },

    stop: () => dialIn.stop(),
  }

  function info(): AttachInfo {
    const { listening, trouble: why } = dialIn
    const slavePackage = packages.describe() ?? null
    if (!listening) return { slavePort: null, trouble: why, slavePackage }
    const { where, port, fingerprint } = listening
    const addresses = ownAddresses(where.host, port)
    return { slavePort: { ...where, port, fingerprint, addresses }, trouble: why, slavePackage }
  }

  function keepDialIn(slave: SlaveConfig, attachment: Attachment, onState: OnState): AsyncStop {
    const { name } = slave
    const stop = dialIn.keep(name, attachment)
    kept.set(name, { slave, attachment, onState })
    onState('offline', whyWaiting(name))
    return async () => {
      stop()
      kept.delete(name)
      await attachment.stop()
      onState('offline', '')
    }
  }

  function keepDialOut(
    slave: SlaveConfig,
    address: string,
    attachment: Attachment,
    onState: OnState,
  ): AsyncStop {
    const { name } = slave
    const dialOut = startDialOut({
      address,
      attachment,
      clock,
      onState,
      log: text => log(`slave ${name}: ${text}`),
      async keys() {
        const fingerprint = data.slaveKeys(name)?.fingerprint
        const key = fingerprint ? await secrets.get(secretOf(name)) : undefined
        return fingerprint && key ? { fingerprint, key } : undefined
      },
    })
    kept.set(name, { slave, attachment, onState, dialOut })
    return async () => {
      kept.delete(name)
      await dialOut.stop()
      onState('offline', '')
    }
  }

  // Of those that dial in and are not there.
  function tellWaiting() {
    for (const [name, { slave, attachment, onState }] of kept)
      if (slave.address === null && !attachment.session) onState('offline', whyWaiting(name))
  }

  function whyWaiting(name: string): string {
    if (!data.slaveKeys(name)?.passwordHash)
      return `it has no password yet: "triphammer attach --invite ${name}" makes one`
    const { listening, trouble: why } = dialIn
    if (listening) {
      const { port } = listening
      const wasHere = (data.slave(name)?.link.lastSeenAt ?? null) !== null
      return wasHere
        ? `it has not come back to port ${port} yet`
        : `it has not dialled in yet at port ${port}`
    }
    return why === '' ? 'it has nowhere to dial in: master.yml has no slavePort' : why
  }
}

const NOT_BUILT = trouble(
  'no-package',
  "The slave's package is not there: this checkout was not built.",
  'Run "npm run build" in it.',
)

function secretOf(slave: string): string {
  return `slave-key.${slave}`
}
