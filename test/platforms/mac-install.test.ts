import '../helpers/with-processes.ts'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SlavePlan } from '../../slave/arguments.ts'
import { installSlave, uninstallSlave } from '../../slave/install/install.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { beOn, setVariable, standIns } from '../helpers/platform.ts'

/**
 * launchctl as people have met it: who is bootstrapped already makes the call fail with 5, bootout comes
 * back before the agent is gone, and without a session at the screen there is no gui/UID.
 */
const LAUNCHCTL = `
echo "$*" >> "$LAUNCHD/calls"
case "$1 $2" in
"print gui/"*/*|"print user/"*/*)
  [ -e "$LAUNCHD/going" ] && { rm "$LAUNCHD/going"; exit 0; }
  exit 113 ;;
"print gui/"*) [ -e "$LAUNCHD/screen" ] || exit 113 ;;
"bootout "*)
  [ -e "$LAUNCHD/agent" ] && [ "$(cat "$LAUNCHD/agent")" = "\${2%/*}" ] || { echo "Boot-out failed: 3: No such process" >&2; exit 3; }
  mv "$LAUNCHD/agent" "$LAUNCHD/going" ;;
"bootstrap "*)
  case "$2" in gui/*) [ -e "$LAUNCHD/screen" ] || { echo "Bootstrap failed: 125: Domain does not support specified action" >&2; exit 125; } ;; esac
  [ -e "$LAUNCHD/agent" ] || [ -e "$LAUNCHD/going" ] && { echo "Bootstrap failed: 5: Input/output error" >&2; exit 5; }
  printf %s "$2" > "$LAUNCHD/agent" ;;
esac`

function mac(): { readonly launchd: string; readonly home: string } {
  beOn('darwin')
  const [launchd, home] = [temporaryFolder('launchd'), temporaryFolder('home')]
  standIns({ launchctl: LAUNCHCTL })
  setVariable('LAUNCHD', launchd)
  setVariable('HOME', home)
  return { launchd, home }
}

const plan = { name: 'mini', way: { kind: 'listen' }, drains: false } as unknown as SlavePlan
const uid = process.getuid!()

test('an agent that is installed a second time gets its new arguments', async () => {
  const { launchd, home } = mac()
  writeFileSync(join(launchd, 'screen'), '')
  const file = join(home, 'Library/LaunchAgents/org.triphammer.slave.mini.plist')
  const told = [await installSlave(plan, ['--listen', '1']), await installSlave(plan, ['--drain'])]
  const content = readFileSync(file, 'utf8')
  const removed = await uninstallSlave('mini')
  expect([told.map(({ ok }) => ok), content, removed.ok, existsSync(file)]).toEqual([
    [true, true],
    expect.stringMatching(/<string>--drain<\/string>[\s\S]*<string>Interactive<\/string>/),
    true,
    false,
  ])
  expect(content).not.toContain('LimitLoadToSessionType')
})

test('over ssh, with nobody at the screen of the Mac, the agent runs in the background', async () => {
  const { launchd } = mac()
  const { ok, text } = await installSlave(plan, [])
  const domain = readFileSync(join(launchd, 'agent'), 'utf8')
  const removed = await uninstallSlave('mini')
  expect([ok, text, domain, removed.ok]).toEqual([
    true,
    expect.stringContaining(
      'Nobody is logged in at the screen of this Mac: it runs in the background',
    ),
    `user/${uid}`,
    true,
  ])
})

test('what launchd refuses is told with the line to try again, and is no success', async () => {
  const { launchd, home } = mac()
  writeFileSync(join(launchd, 'screen'), '')
  // Of somebody else: it is not ours to end.
  writeFileSync(join(launchd, 'agent'), 'system')
  const file = join(home, 'Library/LaunchAgents/org.triphammer.slave.mini.plist')
  const { ok, text } = await installSlave(plan, [])
  expect([ok, text]).toEqual([
    false,
    expect.stringContaining(
      `could not be started: Bootstrap failed: 5: Input/output error\nStart it with: launchctl enable gui/${uid}/org.triphammer.slave.mini && launchctl bootstrap gui/${uid} '${file}'\n`,
    ),
  ])
})
