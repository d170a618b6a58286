import { expect, test } from 'vitest'
import { addRepository } from '../../main/app/add-repository.ts'
import type { Host } from '../../main/host/host.ts'

const STEPS = [
  { kind: 'git', name: 'git', text: '' },
  { kind: 'shell', name: 'build', text: 'make' },
]
const DRAFT = { project: 'calc', repository: '/srv/calc', builder: 'calc', steps: STEPS }

function host(
  projects: object[],
  builders: object[],
  draft: object = DRAFT,
  refused: string | null = null,
) {
  const asked: unknown[][] = []
  const note =
    (channel: string, answer?: unknown) =>
    async (...args: unknown[]) => {
      asked.push([channel, ...args])
      return answer
    }
  return {
    asked,
    host: {
      master: { config: { current: { projects, builders } } },
      handlers: {
        'repository:inspect': note('inspect', { draft }),
        'repository:add': note('add'),
        'repository:run': note('run', { refused }),
      },
    } as unknown as Host,
  }
}

test('a repository is added as it is proposed, and built', async () => {
  const { asked, host: fake } = host([], [])

  await addRepository(fake, 'calc')

  expect(asked).toEqual([
    ['inspect', { repository: 'calc' }],
    ['add', { draft: DRAFT, build: true }],
  ])
})

test('one that is configured is only built', async () => {
  const { asked, host: fake } = host(
    [{ name: 'calc', repository: '/srv/calc' }],
    [{ project: 'calc' }],
  )

  await addRepository(fake, 'calc')

  expect(asked.at(-1)).toEqual(['run', { repository: 'calc' }])
})

test('what can not be built is said', async () => {
  const { host: fake } = host(
    [{ name: 'calc', repository: '/srv/calc' }],
    [{ project: 'calc' }],
    DRAFT,
    'no commit',
  )

  await expect(addRepository(fake, 'calc')).rejects.toThrow('no commit')
})

test('a project without a builder is given one', async () => {
  const { asked, host: fake } = host([{ name: 'calc', repository: '/srv/calc' }], [])

  await addRepository(fake, 'calc')

  expect(asked.at(-1)![0]).toBe('add')
})

test('one for which a person has to write a command is only told of', async () => {
  const [git, build] = STEPS
  const draft = { ...DRAFT, steps: [git, { ...build, text: '' }] }
  const { asked, host: fake } = host([], [], draft)

  expect(await addRepository(fake, 'calc')).toBe('/srv/calc')

  expect(asked).toEqual([['inspect', { repository: 'calc' }]])
})
