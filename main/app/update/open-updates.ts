import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { APP_ROOT } from '../../host/app-root.ts'
import type { Host } from '../../host/host.ts'
import { writeUpdateIntent } from '../../host/update-intent.ts'
import { VERSION } from '../../host/version.ts'
import { argumentsAgain } from '../launch.ts'
import type { ElectronPorts } from '../ports.ts'
import type { QuitMachine } from '../quit.ts'
import { startAgain } from '../start-again.ts'
import { howInstalled } from './installed.ts'
import { openUpdater } from './open-updater.ts'
import { startUpdates, type Updates } from './updates.ts'

/** Connects the updates to the master that runs, and the window to the updates. */
export function openUpdates(
  { app, loadUpdater }: Pick<ElectronPorts, 'app' | 'loadUpdater'>,
  host: Host,
  quit: QuitMachine,
): Updates {
  const { master, state, news, log } = host
  const { data, mq, clock, distributor, backups, options } = master
  const feedKeys = readFeedKeys()
  const updates = startUpdates({
    version: VERSION,
    installed: howInstalled({
      isPackaged: app.isPackaged,
      platform: process.platform,
      env: process.env,
      resourcesPath: process.resourcesPath,
      execPath: process.execPath,
      describeSignature,
      feedKeys,
    }),
    outcome: host.updateOutcome,
    openPort: () =>
      openUpdater({
        app,
        load: loadUpdater,
        log,
        keptFolder: join(options.dataDir, 'previous-app'),
      }),
    feedKeys: process.platform === 'linux' ? feedKeys : null,
    clock,
    random: Math.random,
    settings: {
      get: () => state.get('updates'),
      set: settings => state.set('updates', settings),
    },
    runningBuilds: () => data.runningBuilds().map(build => build.id),
    anyWaiting: () => data.countWaiting().length > 0,
    onBuilds: listener => mq.subscribe('build/changed', listener),
    hold: reason => distributor.hold(reason),
    async prepare(to, onStep) {
      onStep('everything is backed up')
      const { folder, manifest } = await backups.create({ reason: 'before', coming: to })
      const { counts, newest } = manifest
      writeUpdateIntent(options.dataDir, {
        from: VERSION,
        to,
        at: clock.now(),
        backup: basename(folder),
        counts,
        newest,
      })
    },
    leave: () => quit.stop('update'),
    startAgain() {
      startAgain(app, {
        appImage: process.env.APPIMAGE,
        args: argumentsAgain(process.argv, undefined),
        log,
      })
      app.exit(0)
    },
    tell: status => news.tellUpdate(status),
    log,
  })
  host.serveUpdates(updates)
  return updates
}

// Apple's own tool writes what it finds on stderr, also of a bundle that is not signed.
function describeSignature(bundle: string): string {
  return spawnSync('/usr/bin/codesign', ['--display', '--verbose=2', bundle], { encoding: 'utf8' })
    .stderr
}

// In package.json, which the integrity of the archive covers.
function readFeedKeys(): string[] {
  const { feedKeys } = JSON.parse(readFileSync(join(APP_ROOT, 'package.json'), 'utf8'))
  return Array.isArray(feedKeys) ? feedKeys.map(String) : []
}
