import { expect, test } from 'vitest'
import {
  createPasswordCheck,
  hashPassword,
} from '../../../../main/master/slaves/remote/passwords.ts'

test('a password is right for its own hash alone', async () => {
  const { isRight } = createPasswordCheck()
  const hash = await hashPassword('right')

  expect(await isRight('right', hash)).toBe(true)
  expect(await isRight('wrong', hash)).toBe(false)
  expect(await isRight('right', undefined)).toBe(false)
})

test.each([
  '',
  'scrypt$3$8$1$c2FsdA$a2V5',
  'scrypt$1024$$1$c2FsdA$a2V5',
  'scrypt$1024$1e9$1$c2FsdA$a2V5',
  'scrypt$NaN$8$1$c2FsdA$a2V5',
])('with a damaged hash such as "%s" nobody gets in, and the check goes on', async damaged => {
  const { isRight } = createPasswordCheck()

  expect(await isRight('right', damaged)).toBe(false)
  expect(await isRight('right', await hashPassword('right'))).toBe(true)
})
