import { expect, test } from 'vitest'
import { createMq, type News } from '../../../main/master/mq/mq.ts'

const told = (name: string): News => ({ topic: 'slave/console', payload: { name, text: '' } })

function listening() {
  const faults: unknown[] = []
  const mq = createMq(error => faults.push(error))
  const heard: string[] = []
  const hear = (who: string) => (payload: { name: string }) => void heard.push(who + payload.name)
  return { mq, faults, heard, hear }
}

test('each listener hears its topic, and listeners to all hear it too', () => {
  const { mq, heard, hear } = listening()
  mq.subscribe('slave/console', hear('a'))
  mq.subscribeAll(({ topic }) => heard.push(topic))
  mq.publish('slave/console', { name: '1', text: '' })
  expect(heard).toEqual(['a1', 'slave/console'])
})

test('news of a listener comes after the present one has reached everybody', () => {
  const { mq, heard, hear } = listening()
  mq.subscribe('slave/console', ({ name }) => {
    if (name === '1') mq.publish('slave/console', { name: '2', text: '' })
  })
  mq.subscribe('slave/console', hear('b'))
  mq.publish('slave/console', { name: '1', text: '' })
  expect(heard).toEqual(['b1', 'b2'])
})

test('what one commit tells is told together, before what its listeners add', () => {
  const { mq, heard, hear } = listening()
  mq.subscribe('slave/console', ({ name }) => {
    if (name === '1') mq.publish('slave/console', { name: 'later', text: '' })
  })
  mq.subscribe('slave/console', hear(''))
  mq.publishAll([told('1'), told('2')])
  expect(heard).toEqual(['1', '2', 'later'])
})

test('a listener that throws keeps the news from nobody', () => {
  const { mq, faults, heard, hear } = listening()
  mq.subscribe('slave/console', () => {
    throw new Error('mine')
  })
  mq.subscribe('slave/console', hear('b'))
  mq.publish('slave/console', { name: '1', text: '' })
  expect([heard, faults]).toEqual([['b1'], [new Error('mine')]])
})

test('a listener that has stopped hears no more', () => {
  const { mq, heard, hear } = listening()
  const stop = mq.subscribe('slave/console', hear('a'))
  stop()
  stop()
  mq.publish('slave/console', { name: '1', text: '' })
  expect(heard).toEqual([])
})
