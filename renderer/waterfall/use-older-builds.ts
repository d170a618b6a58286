import { useEffect, useRef } from 'react'
import { bridge } from '../bridge.ts'
import { addOlder, readDesk } from '../store/desk.ts'
import { useDesk } from '../store/hooks.ts'

const PAGE = 300

/** Fetches older builds while the end of what is known is near. */
export function useOlderBuilds(near: boolean): void {
  const reached = useDesk(desk => desk.reachedBeginning)
  const loading = useRef(false)
  const known = useDesk(desk => desk.builds.size)

  // biome-ignore lint/correctness/useExhaustiveDependencies: with each page that has come, it is to look again.
  useEffect(() => {
    if (!near || reached || loading.current) return
    const before = Math.min(...readDesk().builds.keys())
    if (!Number.isFinite(before)) return
    loading.current = true
    bridge
      .request('builds:page', { before: before as never, limit: PAGE })
      .then(page => addOlder(page, page.builds.length < PAGE))
      .catch(() => {})
      .finally(() => {
        loading.current = false
      })
  }, [near, reached, known])
}
