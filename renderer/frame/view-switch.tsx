import { Link } from 'wouter'
import { routes, useLocation } from '../store/route.ts'

const FACES = [
  { path: routes.waterfall, label: 'Waterfall' },
  { path: routes.console, label: 'Console' },
  { path: routes.grid, label: 'Grid' },
] as const

/** Three pictures of the same builds: by time, by person, by change. */
export function ViewSwitch() {
  const [location] = useLocation()
  return (
    <nav className="segments" aria-label="Picture">
      {FACES.map(({ path, label }) => (
        <Link key={path} href={path} aria-current={location === path ? 'page' : undefined}>
          {label}
        </Link>
      ))}
    </nav>
  )
}
