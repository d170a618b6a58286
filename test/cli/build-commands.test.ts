import { expect, test } from 'vitest'
import { buildNumbered } from '../../main/cli/build-commands.ts'
import type { Client } from '../../main/http/client.ts'

const client = { request: async (_: string, { number }: { number: number }) => number }
const numbered = (text: string) => buildNumbered(client as unknown as Client, 'a', text)

test('a build is named by its number, as it is written on the screen too', async () => {
  expect([await numbered('7'), await numbered('#12')]).toEqual([7, 12])
})

test.each(['', 'words', '-1', '1e9', '1.5', '2 ', '99999999999999999999'])(
  '"%s" is the number of no build',
  async text => {
    await expect(numbered(text)).rejects.toThrow(`"${text}" is not the number of a build`)
  },
)
