import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { callHandler } from '../../main/bridge/call.ts'
import { createHandlers } from '../../main/bridge/handlers.ts'
import { createNews } from '../../main/bridge/news.ts'
import { SUCCESS } from '../../main/master/results.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { testMaster } from '../helpers/master.ts'
import { makeRepository } from '../helpers/repository.ts'

test('while another program holds the lock of the history the master answers, and no build ends for it', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const go = join(temporaryFolder(), 'go')
  const config = {
    projects: [{ name: 'calc', repository: repository.path, poll: '1h' }],
    builders: [
      {
        name: 'linux',
        project: 'calc',
        steps: [
          { name: 'wait', shell: `echo began\nuntil test -e '${go}'; do sleep 0.02; done` },
          { name: 'upload', shell: 'echo file >out.txt' },
          { upload: 'out.txt' },
          { name: 'two', shell: 'echo two' },
        ],
      },
    ],
    schedulers: [{ name: 'by hand', kind: 'force', builders: ['linux'] }],
  }
  const desk = await testMaster({ config })
  const handlers = createHandlers(desk.master, createNews(desk.master), {
    chooseFolder: async () => null,
    freeBytes: async () => null,
  })
  const ask = (channel: string, args: object) =>
    callHandler(handlers, channel, [args], text => void text)
  const id = desk.request('linux')
  await desk.wrote('wait', 'began')
  // Another program, such as a database browser with an unsaved change.
  const other = new DatabaseSync(join(desk.dataDir, 'history.sqlite'))
  later(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  const paused = ask('slave:pause', { name: 'local', reason: 'lunch', until: null })
  writeFileSync(go, '')
  repository.commit('meanwhile')
  const tagged = { ...config.builders[0], tags: ['x'] }
  writeFileSync(desk.configFile, stringify({ ...config, builders: [tagged] }))
  await vi.waitFor(() => expect(desk.said.join('\n')).toContain('could not be taken over yet'))
  // The slave has done what it was asked, and nothing of it can be stored.
  const build = desk.data.buildsOfRequest(id)[0]!
  await vi.waitFor(() => expect(desk.said.join('\n')).toContain('is locked by another program'))
  const meanwhile = await ask('build:details', build.id as never)
  const late = [
    desk.completed(id),
    desk.until('change/new', one => one.subject === 'meanwhile'),
    desk.until('builder/changed', one => one.tags.includes('x')),
  ]
  other.exec('ROLLBACK')
  await Promise.all(late)
  const ended = desk.data.build(build.id)!
  expect([(await paused).ok, meanwhile.ok, ended.results, desk.steps(ended)]).toEqual([
    true,
    true,
    SUCCESS,
    { wait: 'success', upload: 'success', 'upload 2': 'success: 1 file', two: 'success' },
  ])
})
