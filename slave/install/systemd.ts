import { join } from 'node:path'
import type { Service, ServiceEnd, ServiceFiles } from './service.ts'

/** A user unit of systemd. */
export function systemdFiles(service: Service, configHome: string): ServiceFiles {
  const unit = unitOf(service.slave)
  return {
    file: join(configHome, 'systemd', 'user', unit),
    content: unitText(service),
    start: [
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', unit],
      // One that runs already gets its new arguments.
      ['systemctl', '--user', 'restart', unit],
    ],
    note: 'It runs while you are logged in. To have it run always: loginctl enable-linger',
  }
}

export function systemdEnd(slave: string, configHome: string): ServiceEnd {
  const unit = unitOf(slave)
  return {
    file: join(configHome, 'systemd', 'user', unit),
    stop: [['systemctl', '--user', 'disable', '--now', unit]],
    after: [['systemctl', '--user', 'daemon-reload']],
  }
}

export function unitText({ slave, command, path, stopS }: Service): string {
  return `[Unit]
Description=Triphammer slave ${slave}

[Service]
ExecStart=${command.map(word => quote(word)).join(' ')}
Environment=${quote(`PATH=${path}`)}
Restart=on-failure
RestartSec=10
# The slave ends its steps by itself, and their groups are its own to make.
KillMode=mixed
Delegate=yes
TimeoutStopSec=${stopS ?? 'infinity'}

[Install]
WantedBy=default.target
`
}

function unitOf(slave: string): string {
  return `triphammer-slave-${slave}.service`
}

// As systemd.syntax(7) has it; % and $ would be filled in.
function quote(word: string): string {
  const escaped = word.replace(/[\\"]/g, one => `\\${one}`).replace(/[%$]/g, one => one + one)
  return `"${escaped}"`
}
