import { join } from 'node:path'
import type { Service, ServiceEnd, ServiceFiles } from './service.ts'
import { escapeXml } from './xml.ts'

/** An agent of launchd, in the person's own session. */
export function launchdFiles(service: Service, home: string, uid: number): ServiceFiles {
  const label = labelOf(service.slave)
  const file = join(home, 'Library', 'LaunchAgents', `${label}.plist`)
  return {
    file,
    content: plistText(service),
    start: [['launchctl', 'bootstrap', `gui/${uid}`, file]],
    note: 'It runs while you are logged in.',
  }
}

export function launchdEnd(slave: string, home: string, uid: number): ServiceEnd {
  const label = labelOf(slave)
  return {
    file: join(home, 'Library', 'LaunchAgents', `${label}.plist`),
    stop: [['launchctl', 'bootout', `gui/${uid}/${label}`]],
    after: [],
  }
}

export function plistText({ slave, command, path, stopS }: Service): string {
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
  <key>ExitTimeOut</key>
  <integer>${stopS ?? 86_400}</integer>
</dict>
</plist>
`
}

function labelOf(slave: string): string {
  return `org.triphammer.slave.${slave}`
}
