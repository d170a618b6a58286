import { join } from 'node:path'
import type { Service, ServiceEnd, ServiceFiles } from './service.ts'
import { escapeXml } from './xml.ts'

/** Where launchd keeps an agent: `gui` while the person is logged in at the screen, `user` also without. */
export type LaunchdDomain = 'gui' | 'user'

const DOMAINS: readonly LaunchdDomain[] = ['gui', 'user']
// Without this an agent is for sessions at the screen alone, and user/UID does not take it.
const IN_BACKGROUND = `  <key>LimitLoadToSessionType</key>
  <string>Background</string>
`

/** An agent of launchd. */
export function launchdFiles(
  service: Service,
  home: string,
  uid: number,
  domain: LaunchdDomain,
): ServiceFiles {
  const label = labelOf(service.slave)
  const file = plistFile(home, service.slave)
  return {
    file,
    content: plistText(service, domain),
    // Who is bootstrapped already keeps its old arguments, and the call fails; bootout returns before it is gone.
    replace: {
      end: DOMAINS.map(one => ['launchctl', 'bootout', `${one}/${uid}/${label}`]),
      look: DOMAINS.map(one => ['launchctl', 'print', `${one}/${uid}/${label}`]),
    },
    start: [
      ['launchctl', 'enable', `${domain}/${uid}/${label}`],
      ['launchctl', 'bootstrap', `${domain}/${uid}`, file],
    ],
    note:
      domain === 'gui'
        ? 'It runs while you are logged in.'
        : 'Nobody is logged in at the screen of this Mac: it runs in the background, and after a restart from your next login on.',
  }
}

export function launchdEnd(slave: string, home: string, uid: number, plist: string): ServiceEnd {
  const domain: LaunchdDomain = plist.includes(IN_BACKGROUND) ? 'user' : 'gui'
  return {
    file: plistFile(home, slave),
    stop: [['launchctl', 'bootout', `${domain}/${uid}/${labelOf(slave)}`]],
    after: [],
  }
}

export function plistFile(home: string, slave: string): string {
  return join(home, 'Library', 'LaunchAgents', `${labelOf(slave)}.plist`)
}

function plistText({ slave, command, path, stopS }: Service, domain: LaunchdDomain): string {
  const words = command.map(word => `    <string>${escapeXml(word)}</string>`).join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${escapeXml(labelOf(slave))}</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>PATH</key>
    <string>${escapeXml(path)}</string>
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
${domain === 'user' ? IN_BACKGROUND : ''}  <!-- Other agents have less of the processor and the disk, and their children too. -->
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>ExitTimeOut</key>
  <integer>${stopS ?? 86_400}</integer>
</dict>
</plist>
`
}

function labelOf(slave: string): string {
  return `org.triphammer.slave.${slave}`
}
