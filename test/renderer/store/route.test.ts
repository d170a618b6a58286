import { expect, test } from 'vitest'
import { buildIn, routes } from '../../../renderer/store/route.ts'

test('two builds are named in an address and read out of it again, whatever their builders are called', () => {
  const a = { builder: 'calc/linux: 64 % é', number: 12 }
  const b = { builder: 'x', number: 3 }
  const [, , first, second] = routes.compare(a, b).split('/')
  expect([buildIn(first!), buildIn(second!)]).toEqual([a, b])
})

test('what names no build in an address is none', () => {
  const rubbish = ['', ':', 'calc', 'calc:', ':7', 'calc:-1', 'calc:1e3', '%', 'calc:99999999999']
  expect(rubbish.map(buildIn)).toEqual(rubbish.map(() => undefined))
})
