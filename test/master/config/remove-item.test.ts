import { expect, test } from 'vitest'
import { removeItem } from '../../../main/master/config/remove-item.ts'

test.each<[string, string, string | undefined]>([
  [
    'in the middle, with all its lines',
    'slaves:\n  - name: a\n  # the small one\n  - name: b\n    tags: [x] # quick\n    kind: remote\n  - name: c\ntitle: t\n',
    'slaves:\n  - name: a\n  # the small one\n  - name: c\ntitle: t\n',
  ],
  ['at the end', 'slaves:\n  - name: a\n  - { name: b }\n', 'slaves:\n  - name: a\n'],
  ['at the end of a file that ends early', 'slaves:\n- name: a\n- name: b', 'slaves:\n- name: a\n'],
  ['alone', 'slaves: # ours\n  - name: b\ntitle: t\n', 'slaves: [] # ours\ntitle: t\n'],
  ['in brackets', 'slaves: [{ name: a }, { name: b }]\n', 'slaves: [{ name: a }]\n'],
  ['first in brackets', 'slaves: [{ name: b }, { name: c }]\n', 'slaves: [{ name: c }]\n'],
  ['alone in brackets', 'slaves: [{ name: b }]\n', 'slaves: []\n'],
  ['nowhere', 'slaves:\n  - name: a\n', undefined],
  ['without a section', 'title: t\n', undefined],
])('an item is taken out %s', (_, text, after) => {
  expect(removeItem(text, 'slaves', 'b')).toBe(after)
})
