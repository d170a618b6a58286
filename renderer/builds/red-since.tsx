import { CircleAlert } from 'lucide-react'
import { Link } from 'wouter'
import type { BuildDetails } from '../bridge.ts'
import { routes } from '../store/route.ts'
import { personName } from '../ui/format.ts'

/** Of a bad build: since when its builder is red, and the change that may have done it. */
export function RedSince({ details }: { details: BuildDetails }) {
  const { build, builder, red } = details
  if (!red) return null
  return (
    <p className="red-since">
      <CircleAlert aria-hidden />
      <span>
        Red since{' '}
        {red.first.id === build.id ? (
          'this build'
        ) : (
          <Link className="link" href={routes.build(builder, red.first)}>
            #{red.first.number}
          </Link>
        )}
        <Suspects details={details} />
      </span>
    </p>
  )
}

function Suspects({ details }: { details: BuildDetails }) {
  const { bisect, red, lastGood } = details
  const { suspects } = red!
  const [only] = suspects
  // The bisect has its own line, and knows better.
  if (bisect.state) return null
  if (!lastGood) return <>. No build before it passed.</>
  if (!only) return <>, without a new change since #{lastGood.number}</>
  if (suspects.length > 1)
    return (
      <>
        , by one of {suspects.length} changes since #{lastGood.number}
      </>
    )
  return (
    <>
      , by <bdi>{personName(only.who)}</bdi>’s{' '}
      <bdi>“{only.subject || 'change without a message'}”</bdi>
    </>
  )
}
