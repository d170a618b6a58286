import { join, resolve } from 'node:path'
import { isStartedByMaster, type SlavePlan, type Way } from './arguments.ts'
import { refusal, takeStateFolder } from './control.ts'
import { dialMaster } from './dial-master.ts'
import { type Door, socketDoor, stdioDoor } from './door.ts'
import { describeSlave } from './info.ts'
import { listenForRemoteMaster, type RemoteDoor } from './listen-remote.ts'
import { openLogFile } from './log-file.ts'
import { readPassword } from './password.ts'
import { keepPin, readPin } from './pin.ts'
import { CAPABILITIES } from './protocol/capabilities.ts'
import { runSlave } from './run-slave.ts'
import { ensurePrivateFolder, stateFolder } from './state-folder.ts'
import { PACKAGE_FOLDER, packageVersion } from './version.ts'

/** Runs the slave that the command line describes. Returns its exit code. */
export async function runPlan(plan: SlavePlan): Promise<number> {
  const { name, way } = plan
  const version = plan.appVersion ?? packageVersion()
  const common = {
    name,
    version,
    drains: plan.drains,
    allowTerminal: plan.allowTerminal,
  }
  if (isStartedByMaster(way)) {
    const basedir = resolve(plan.basedir!)
    const appRoot = plan.appRoot ?? basedir
    const onStdio = way.kind === 'stdio'
    const door = onStdio ? stdioDoor() : socketDoor(way.path, way.keyFile)
    return runSlave({
      ...common,
      basedir,
      // A machine on demand builds where the configuration says.
      ownFolder: !onStdio,
      appRoot,
      door,
      stays: false,
      onStdio,
    })
  }
  const state = plan.state ?? stateFolder(name)
  ensurePrivateFolder(state, 'the state folder', '--state')
  const basedir = resolve(plan.basedir ?? join(state, 'builds'))
  const log = openLogFile(join(state, 'slave.log'))
  let waiting: RemoteDoor | undefined
  const control = await takeStateFolder(state, request => {
    if (request === 'code')
      return (
        waiting?.newCode() ?? refusal(`slave "${name}" dials its master and needs no pairing code`)
      )
    if (request === 'forget') {
      const done = waiting?.forget('it was told so on this machine')
      return done ?? `slave "${name}" has forgotten its master; start it again to dial another`
    }
    return ''
  })
  const door = await openWay(way)
  try {
    const appRoot = plan.appRoot ?? PACKAGE_FOLDER ?? basedir
    const ownFolder = plan.basedir === undefined
    return await runSlave({ ...common, basedir, ownFolder, appRoot, door, stays: true, log })
  } finally {
    control.close()
  }

  async function openWay(to: Exclude<Way, { kind: 'socket' | 'stdio' }>): Promise<Door> {
    if (to.kind === 'dial') return dialDoor(to)
    return async ({ onMaster, say }) => {
      waiting = await listenForRemoteMaster(
        { where: to.where, folder: state, about: about(), say },
        onMaster,
      )
      if (process.stdin.isTTY) showCodesOnEnter(waiting)
      return waiting
    }
  }

  // The password is asked for before anything else is said.
  async function dialDoor(to: Extract<Way, { kind: 'dial' }>): Promise<Door> {
    const password = await readPassword(to.passwordFile, state)
    return async ({ onMaster, say }) =>
      dialMaster(
        {
          ...to,
          name,
          password: password.text,
          fingerprint: () => to.fingerprint ?? readPin(state),
          given: to.fingerprint !== undefined,
          onFirstSeen(fingerprint) {
            keepPin(state, fingerprint)
            say(
              'link',
              `the master shows the certificate ${fingerprint}; no other is taken from now on`,
            )
          },
          onTaken: password.keep,
          say,
        },
        onMaster,
      )
  }

  function about() {
    const info = describeSlave(basedir, version, {})
    const { terminal: _, ...others } = CAPABILITIES
    return {
      name,
      os: String(info.os_pretty_name ?? info.platform),
      arch: String(info.arch),
      cpus: Number(info.numcpus),
      memoryBytes: Number(info.memory_bytes),
      version,
      capabilities: plan.allowTerminal ? CAPABILITIES : others,
    }
  }
}

function showCodesOnEnter(door: RemoteDoor) {
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', () => door.newCode())
  process.stdin.unref?.()
}
