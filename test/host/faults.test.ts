import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { watchFaults } from '../../main/host/faults.ts'

test('a master without a window outlives trouble with its storage, and ends in words after any other fault', () => {
  const events = new EventEmitter()
  const log: string[] = []
  const ended: number[] = []
  watchFaults(
    events,
    text => log.push(text.split('\n')[0]!),
    code => ended.push(code),
  )
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  events.emit('uncaughtException', Object.assign(new Error('database is locked'), { errcode: 5 }))
  events.emit('uncaughtException', Object.assign(new Error('disk is full'), { errcode: 13 }))
  const denied = { code: 'EACCES', syscall: 'stat', path: '/data/lock' }
  events.emit('uncaughtException', Object.assign(new Error('permission denied'), denied))
  events.emit('unhandledRejection', new Error('nobody waited'))
  const before = ended.length
  const taken = { code: 'EADDRINUSE', syscall: 'listen' }
  events.emit('uncaughtException', Object.assign(new Error('broken'), taken))
  const said = stderr.mock.calls.join('')
  stderr.mockRestore()
  expect([before, ended, log.length, said.includes('broken')]).toEqual([0, [70], 5, true])
})
