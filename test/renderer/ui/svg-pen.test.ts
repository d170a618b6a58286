import { expect, test } from 'vitest'
import { createSvgPen, escapeMarkup } from '../../../renderer/ui/svg-pen.ts'

const measure = (text: string) => ({
  width: text.length * 6,
  fontBoundingBoxAscent: 9,
  fontBoundingBoxDescent: 3,
})
const newPen = () => createSvgPen({ measure, family: 'Sans' })

test('what is drawn is an element each, with what differs from the usual', () => {
  const pen = newPen()
  pen.fillStyle = 'red'
  pen.fillRect(1, 2.005, 3, 4)
  pen.strokeStyle = 'blue'
  pen.setLineDash([4, 3])
  pen.beginPath()
  pen.moveTo(0, 0)
  pen.lineTo(5, 5)
  pen.stroke()
  pen.font = '600 11px Sans'
  pen.fillText('a step', 7, 8)
  expect(pen.markup()).toBe(
    '<rect x="1" y="2" width="3" height="4" fill="red"/>' +
      '<path d="M0 0L5 5" fill="none" stroke="blue" stroke-dasharray="4 3"/>' +
      '<text x="7" y="8" fill="red" font-size="11px" font-weight="600" textLength="36" lengthAdjust="spacingAndGlyphs">a step</text>',
  )
})

test('what was saved comes back: place, clip, dash and colours', () => {
  const pen = newPen()
  pen.fillStyle = 'red'
  pen.save()
  pen.translate(10, 20)
  pen.scale(2, 2)
  pen.beginPath()
  pen.rect(0, 0, 5, 5)
  pen.clip()
  pen.fillStyle = 'blue'
  pen.globalAlpha = 0.5
  pen.fillRect(0, 0, 9, 9)
  pen.restore()
  pen.fillRect(0, 0, 1, 1)
  expect(pen.markup()).toBe(
    '<defs><clipPath id="clip-1"><path d="M0 0h5v5h-5z" transform="matrix(2 0 0 2 10 20)"/></clipPath></defs>' +
      '<g clip-path="url(#clip-1)"><rect x="0" y="0" width="9" height="9" fill="blue" opacity="0.5" transform="matrix(2 0 0 2 10 20)"/></g>' +
      '<rect x="0" y="0" width="1" height="1" fill="red"/>',
  )
})

test('a tile is made once, and a clip within a clip is both', () => {
  const pen = newPen()
  const dots = () =>
    pen.tile('dots', 5, own => {
      own.fillStyle = 'green'
      own.fillRect(0, 0, 5, 5)
    })
  expect([dots(), dots()]).toEqual(['url(#tile-dots)', 'url(#tile-dots)'])
  for (const size of [9, 5]) {
    pen.beginPath()
    pen.rect(0, 0, size, size)
    pen.clip()
  }
  pen.fillStyle = dots()
  pen.fillRect(0, 0, 1, 1)
  const markup = pen.markup()
  expect(markup.match(/<pattern /g)).toHaveLength(1)
  expect(markup).toContain('<clipPath id="clip-2" clip-path="url(#clip-1)">')
  expect(markup).toContain('<g clip-path="url(#clip-2)"><rect')
})

test('no text is anything but text', () => {
  expect(escapeMarkup(`</text><script>alert("1")</script> & 'x' \u0000\ud800`)).toBe(
    '&lt;/text&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; \ufffd\ufffd',
  )
})
