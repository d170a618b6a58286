import { expect, test } from 'vitest'
import { askAboutBuilds, type QuittingBuild, questionAbout } from '../../main/app/quit-dialogue.ts'
import type { BuildId } from '../../main/master/model.ts'

const build = (id: number, change: Partial<QuittingBuild> = {}): QuittingBuild => ({
  id: id as BuildId,
  title: `calc #${id}`,
  slave: 'local',
  survives: true,
  leaseMs: 3_600_000,
  ...change,
})

/** A dialogue in which a person presses these buttons, one after the other. */
function dialogue(...responses: number[]) {
  const asked: string[] = []
  return {
    asked,
    async showMessageBox(options: unknown) {
      asked.push((options as { message: string }).message)
      return { response: responses.shift()!, checkboxChecked: false }
    },
  } as never as Parameters<typeof askAboutBuilds>[0] & { asked: string[] }
}

test.each([
  [0, 'leave'],
  [1, 'stop'],
  [2, 'cancel'],
])('button %i means %s', async (response, answer) => {
  expect(await askAboutBuilds(dialogue(response), () => [build(1)])).toBe(answer)
})

test('nobody is asked when nothing runs', async () => {
  const dialog = dialogue()
  expect([await askAboutBuilds(dialog, () => []), dialog.asked]).toEqual(['leave', []])
})

test('a build that began meanwhile is asked about, one that ended is not', async () => {
  const running = [[build(1)], [build(1), build(2)], [build(1), build(2)], [build(2)]]
  const dialog = dialogue(0, 1)
  expect([await askAboutBuilds(dialog, () => running.shift()!), dialog.asked]).toEqual([
    'stop',
    ['A build is running.', '2 builds are running.'],
  ])
})

test('the question says which builds, and what becomes of each', () => {
  const { detail, buttons } = questionAbout([
    build(1),
    build(2, { slave: 'attic', survives: false }),
  ])
  expect([detail.split('\n\n'), buttons]).toEqual([
    [
      'calc #1 on local\ncalc #2 on attic',
      'Let them finish: 1 of them goes on without Triphammer, and the next start shows how it ended. When Triphammer does not come back within 1 h, it is ended.',
      'calc #2 can not go on without Triphammer, and will be built again after the next start.',
      'Stop them: they are ended now, and built again after the next start.',
    ],
    ['Let them finish', 'Stop them', 'Cancel'],
  ])
})

test.each([
  [0, 'stop'],
  [1, 'cancel'],
])(
  'where no build can go on, none is offered to finish in vain: button %i means %s',
  async (response, answer) => {
    const lost = build(1, { survives: false })
    const { detail, buttons, cancelId } = questionAbout([lost])
    expect([detail, buttons, cancelId]).toEqual([
      'calc #1 on local\n\nIt can not go on without Triphammer, and will be built again after the next start.',
      ['Quit', 'Cancel'],
      1,
    ])
    expect(await askAboutBuilds(dialogue(response), () => [lost])).toBe(answer)
  },
)

test('many builds do not make a dialogue that is too long', () => {
  const many = Array.from({ length: 20 }, (_, i) => build(i + 1))
  expect(questionAbout(many).detail.split('\n\n')[0]!.split('\n').slice(-2)).toEqual([
    'calc #7 on local',
    'and 13 more',
  ])
})
