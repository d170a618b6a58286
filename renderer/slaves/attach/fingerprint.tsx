import type { ReactNode } from 'react'

/** A fingerprint in groups that two people can compare over the phone. */
export function Fingerprint({ value, children }: { value: string; children: ReactNode }) {
  const groups = value.split('-')
  const half = Math.ceil(groups.length / 2)
  return (
    <div className="fingerprint">
      <span className="dim">Fingerprint</span>
      <code className="mono">
        {groups.slice(0, half).join('-')}
        <br />
        {groups.slice(half).join('-')}
      </code>
      <p>{children}</p>
    </div>
  )
}
