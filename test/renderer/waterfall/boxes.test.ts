import { expect, test } from 'vitest'
import type { Build } from '../../../main/master/model.ts'
import { foldedAxis, LOWEST_BOX } from '../../../renderer/waterfall/axis.ts'
import { lazyBoxes } from '../../../renderer/waterfall/boxes.ts'
import { eventsAxis } from '../../../renderer/waterfall/events-axis.ts'
import type { Box } from '../../../renderer/waterfall/model.ts'
import { createRandom } from '../../helpers/random.ts'

const NOW = Date.UTC(2026, 10, 24, 14, 38)
const MIN = 60_000

test('what is in sight is what a look at all boxes finds, and little more is made', () => {
  const random = createRandom(3).next
  for (let round = 0; round < 60; round++) {
    const builds = Array.from({ length: 300 }, (_, id) => {
      const startedAt = NOW - Math.floor(random() * 60 * 24 * 60) * MIN
      const completeAt = Math.min(NOW, startedAt + Math.floor(random() ** 8 * 20 * 60) * MIN + 2000)
      return { id, startedAt, completeAt: random() < 0.01 ? null : completeAt } as unknown as Build
    }).sort((a, b) => b.startedAt - a.startedAt)
    const spans = builds.map(one => ({ from: one.startedAt, to: one.completeAt ?? NOW }))
    const options = { now: NOW, spans, marks: [], zoom: 0.3 + random() * 3, usualMs: 5 * MIN }
    const axis = round % 2 === 0 ? foldedAxis(options) : eventsAxis(options, [])
    let made = 0
    const make = (build: Build) => {
      made++
      const top = axis.y(build.completeAt ?? NOW)
      return { build, top, height: axis.y(build.startedAt) - top } as Box
    }
    const top = random() * axis.height - 100
    const bottom = top + 700
    const boxes = lazyBoxes(builds, axis, NOW, make)
    const seen = boxes.within(top, bottom)
    expect(boxes.count).toBe(builds.length)
    const counted = made
    const naive = lazyBoxes(builds, axis, NOW, make).all.filter(
      box => box.top < bottom && box.top + Math.max(LOWEST_BOX, box.height) > top,
    )
    expect(seen.map(box => box.build.id)).toEqual(naive.map(box => box.build.id))
    expect(counted).toBeLessThan(builds.length)
  }
})
