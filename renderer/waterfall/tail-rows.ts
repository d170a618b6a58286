import type { Box } from './model.ts'

export const LINE_PX = 12
/** The name of the step stands above them. */
export const NAME_PX = 17
const LEAST_ROWS = 2
const MOST_ROWS = 8
const LEAST_WIDTH = 120

/** How many lines of its log have room in what runs of a box. */
export function tailRows({ width, bands }: Pick<Box, 'width' | 'bands'>): number {
  const running = bands.find(band => band.look === 'running')
  if (!running || width < LEAST_WIDTH) return 0
  const rows = Math.floor((running.height - NAME_PX) / LINE_PX)
  return rows < LEAST_ROWS ? 0 : Math.min(MOST_ROWS, rows)
}
