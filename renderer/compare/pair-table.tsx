import type { ReactNode } from 'react'
import type { BuildDetails } from '../bridge.ts'

/** What two builds have, side by side. */
export function PairTable({
  of,
  a,
  b,
  children,
}: {
  /** What its rows are. */
  of: string
  a: BuildDetails
  b: BuildDetails
  children: ReactNode
}) {
  return (
    <table className="table compare-properties">
      <thead>
        <tr>
          <th scope="col">{of}</th>
          <th scope="col">{nameOf(a)}</th>
          <th scope="col">{nameOf(b)}</th>
        </tr>
      </thead>
      {children}
    </table>
  )
}

export function nameOf({ build, builder }: BuildDetails): string {
  return `${builder.name} #${build.number}`
}
