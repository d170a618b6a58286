import { expect, test } from 'vitest'
import { refusal, takeStateFolder } from '../../slave/control.ts'
import { startNewCode } from '../../slave/new-code.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'

test.each([
  ['code ABC-DEF, good until 12:00', 'code ABC-DEF, good until 12:00'],
  [refusal('slave "a" is paired with a master'), new Error('slave "a" is paired with a master')],
])(
  'a new pairing code is shown, or it is an error that there is none (%s)',
  async (answer, seen) => {
    const folder = temporaryFolder('state')
    const { close } = await takeStateFolder(folder, () => answer)
    later(close)
    const asked = startNewCode('a', folder)
    if (seen instanceof Error) await expect(asked).rejects.toThrow(seen)
    else expect(await asked).toBe(seen)
  },
)
