import { expect, test } from 'vitest'
import { lastEvents } from '../../../main/master/db/events.ts'
import { testData } from '../../helpers/data.ts'

test('the last event of each kind that is asked for is found, however many came since', () => {
  const { db, data } = testData()
  data.addEvent('backup-made', 'daily', 'first')
  data.addEvent('backup-failed', 'daily', 'no room')
  data.addEvent('backup-made', 'daily', 'second')
  for (let i = 0; i < 300; i++) data.addEvent('slave-attached', 'local')

  expect(
    lastEvents(db, ['backup-made', 'backup-failed', 'unheard of']).map(event => event.detail),
  ).toEqual(['second', 'no room'])
})
