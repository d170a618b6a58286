import { join } from 'node:path'
import { quoteArgument } from '../commands/windows-words.ts'
import type { Service, ServiceEnd, ServiceFiles } from './service.ts'
import { escapeXml } from './xml.ts'

/** A task of Windows that starts when this user logs in. */
export function windowsFiles(service: Service, folder: string, user: string): ServiceFiles {
  const task = taskOf(service.slave)
  const file = join(folder, 'task.xml')
  return {
    file,
    // schtasks takes UTF-16 with a mark at its beginning.
    content: Buffer.from(`\ufeff${taskText(service, user)}`, 'utf16le'),
    // A task that runs keeps its old arguments.
    replace: { end: [['schtasks', '/End', '/TN', task]], look: [] },
    start: [
      ['schtasks', '/Create', '/TN', task, '/XML', file, '/F'],
      ['schtasks', '/Run', '/TN', task],
    ],
    note: 'It runs while you are logged in.',
  }
}

export function windowsEnd(slave: string, folder: string): ServiceEnd {
  const task = taskOf(slave)
  return {
    file: join(folder, 'task.xml'),
    stop: [
      ['schtasks', '/End', '/TN', task],
      ['schtasks', '/Delete', '/TN', task, '/F'],
    ],
    after: [],
  }
}

export function taskText({ slave, command }: Service, user: string): string {
  // Without a window that somebody could close. At the end of the task it tells the slave that its console goes.
  const [file, ...args] = ['conhost.exe', '--headless', ...command]
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Triphammer slave ${escapeXml(slave)}</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <UserId>${escapeXml(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${escapeXml(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>5</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${escapeXml(file)}</Command>
      <Arguments>${escapeXml(args.map(quoteArgument).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`
}

/** Who a user is for Task Scheduler: the number that Windows knows them by, else the name with its domain. */
export function windowsUser(
  whoami: string,
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): string {
  const sid = /S-1-[\d-]+/.exec(whoami)?.[0]
  return sid ?? (env.USERDOMAIN ? `${env.USERDOMAIN}\\${name}` : name)
}

function taskOf(slave: string): string {
  return `Triphammer slave ${slave}`
}
