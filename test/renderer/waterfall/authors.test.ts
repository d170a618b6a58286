import { expect, test, vi } from 'vitest'
import type { Build } from '../../../main/master/model.ts'

test('who wrote a stretch that came meanwhile stays known when an earlier question is answered last', async () => {
  const asked: { ids: number[]; resolve(rows: unknown): void }[] = []
  const request = (_: string, ids: number[]) => new Promise(resolve => asked.push({ ids, resolve }))
  vi.stubGlobal('window', { triphammer: { request } })
  const { learnAuthors, readAuthors } = await import('../../../renderer/waterfall/use-authors.ts')
  const answer = async (at: number, who: string) => {
    const { ids, resolve } = asked[at]!
    resolve(ids.map(buildId => ({ buildId, who })))
    await new Promise(setImmediate)
  }
  learnAuthors(builds(1, 2))
  learnAuthors(builds(1, 2, 3))
  await answer(1, 'Ben <ben@example.org>')
  await answer(0, 'Ann <ann@example.org>')
  expect(asked.map(one => one.ids)).toEqual([[1, 2], [3]])
  expect([...readAuthors().of].toSorted()).toEqual([
    [1, ['Ann']],
    [2, ['Ann']],
    [3, ['Ben']],
  ])
  // What was let go is forgotten with the next answer.
  learnAuthors(builds(3, 4))
  await answer(2, 'Ann')
  expect([...readAuthors().of.keys()]).toEqual([3, 4])
})

function builds(...ids: number[]): Build[] {
  return ids.map(id => ({ id }) as Build)
}
