import { axisClock, day, month } from '../ui/format.ts'
import type { Axis, Tick } from './axis.ts'

/** What is written at a line across the board: a day or a month where each is one, else the time. */
export function tickWords({ unit }: Pick<Axis, 'unit'>, { moment, y }: Tick): string {
  return unit && y > 0 ? CALENDAR[unit](moment) : axisClock(moment)
}

const CALENDAR = { day, month }
