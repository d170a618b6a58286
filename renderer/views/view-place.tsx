import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { bridge } from '../bridge.ts'
import { replacePlace, routes } from '../store/route.ts'
import { Empty } from '../ui/parts.tsx'

/** The address of a saved view leads to what was saved. */
export function ViewPlace({ name }: { name: string }) {
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    let wanted = true
    bridge.request('views:list').then(
      views => {
        const view = views.find(one => one.name === name)
        if (!wanted) return
        if (view) replacePlace(view.place)
        else setProblem(`There is no saved view “${name}”`)
      },
      (error: Error) => wanted && setProblem(`The saved views can’t be read: ${error.message}`),
    )
    return () => {
      wanted = false
    }
  }, [name])
  if (problem === undefined) return null
  return (
    <Empty title={problem}>
      <p>It may have been renamed or deleted, or belong to another desk.</p>
      <Link className="button" href={routes.waterfall}>
        Show the waterfall
      </Link>
    </Empty>
  )
}
