import type { Hono } from 'hono'
import type { Env } from '../app.ts'
import type { Doors } from '../doors.ts'
import { badge } from './badge.ts'
import { ccTray } from './cc-tray.ts'
import { standingsOf } from './standing.ts'

/** How builders stand, for programs and pages that know nothing of Triphammer. */
export function addFeeds(app: Hono<Env>, { master }: Doors): void {
  app.get('/cc.xml', c => {
    const active = master.data.builders().filter(builder => builder.active)
    const standings = standingsOf(master.data, active)
    return c.body(ccTray(standings, new URL(c.req.url).origin), 200, {
      'Content-Type': 'application/xml; charset=utf-8',
      'Cache-Control': 'no-cache',
    })
  })
  app.get('/badges/:file', c => {
    const [, name = ''] = /^(.+)\.svg$/s.exec(c.req.param('file')) ?? []
    const builder = master.data.builderByName(name)
    if (!builder)
      return c.json(
        {
          error: {
            message: `There is nothing at ${c.req.path}: badges are at /badges/BUILDER.svg.`,
          },
        },
        404,
      )
    return c.body(badge(standingsOf(master.data, [builder])[0]!), 200, {
      'Content-Type': 'image/svg+xml; charset=utf-8',
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
      'X-Content-Type-Options': 'nosniff',
    })
  })
}
