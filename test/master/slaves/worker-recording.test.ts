import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testAttachment } from '../../helpers/attachment.ts'
import { connectedSockets } from '../../helpers/link.ts'
import { readRecording, replayWorker } from '../../helpers/wire-recording.ts'
import { TOUR, takeTour } from '../../helpers/worker-tour.ts'

const RECORDING = join(import.meta.dirname, '../../fixtures/buildbot/worker.jsonl')

// Stands for the real worker where that can't be had. What it was asked then is asked again, word for word.
test('the recording of a stock worker is understood as the worker itself', async () => {
  const [here, there] = await connectedSockets()
  const replayed = replayWorker(there, readRecording(RECORDING))
  const attachment = testAttachment()
  await attachment.take(here)
  const found = await takeTour(attachment)
  expect([found, await replayed, attachment.troubles]).toEqual([TOUR, [], []])
  await attachment.stop()
})
