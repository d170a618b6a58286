import { useEffect, useRef, useState } from 'react'
import { bridge } from '../bridge.ts'
import { parseAnsi } from '../logs/ansi.ts'
import { Text } from '../logs/log-line-row.tsx'
import { onNewsOf } from '../store/desk.ts'

const KEPT_CHARACTERS = 64 * 1024

/** What a slave wrote to its terminal, and writes now. */
export function SlaveConsole({ name }: { name: string }) {
  const [text, setText] = useState<string>()
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)

  useEffect(() => {
    let wanted = true
    bridge.request('slave:console', name).then(
      said => wanted && setText(said),
      () => {},
    )
    const stop = onNewsOf('slave/console', news => {
      if (news.name === name)
        setText(before => ((before ?? '') + news.text).slice(-KEPT_CHARACTERS))
    })
    return () => {
      wanted = false
      stop()
    }
  }, [name])

  // biome-ignore lint/correctness/useExhaustiveDependencies: each text moves the end.
  useEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [text])

  const lines = (text ?? '').replace(/\r\n/g, '\n').split('\n')
  return (
    <div
      className="console-text"
      ref={box}
      tabIndex={0}
      role="log"
      aria-label={`Console of ${name}`}
      onScroll={({ currentTarget: at }) => {
        atEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < 24
      }}
    >
      {text === '' && (
        <p className="dim">
          Nothing yet. What this slave tells a person who looks at it is shown here: links, steps
          that begin and end, what went wrong.
        </p>
      )}
      {lines.map((line, i) => (
        <div key={i}>
          <Text spans={parseAnsi(line)} />
        </div>
      ))}
    </div>
  )
}
