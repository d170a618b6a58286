import { Unlink } from 'lucide-react'
import type { Build } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { duration, exact, when } from '../ui/format.ts'

/** A build whose slave has lost its link: since when, that it goes on, and until when it is kept. */
export function LinkLost({ build }: { build: Build }) {
  const slave = useDesk(desk => desk.slaves.find(one => one.name === build.slave))
  const now = useNow(1000)
  if (build.completeAt !== null || slave?.state !== 'lost') return null
  const { leaseUntil } = slave.link
  return (
    <p className="link-lost amber" role="status" title={exact(slave.since)}>
      <Unlink aria-hidden />
      <span>
        <b>Link lost {duration(now - slave.since)}</b>, the build goes on at {slave.name}
        {leaseUntil !== null && ` and is kept until ${when(leaseUntil, now)}`}
      </span>
    </p>
  )
}
