import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What of the machine's power decides. */
export interface Power {
  readonly onBattery: boolean
  /** From 0 to 1; `null` where nobody tells. */
  readonly charge: number | null
}

const LOWEST_CHARGE = 0.3

/**
 * Whether the machine is kept awake: only for builds on this machine, and not until
 * the battery is empty. A battery that does not tell its charge counts as low.
 */
export function wantsAwake(wanted: boolean, localBuilds: number, power: Power): boolean {
  if (!wanted || localBuilds === 0) return false
  return !power.onBattery || (power.charge ?? 0) >= LOWEST_CHARGE
}

/** The charge of this machine's battery, where the system has it in a file (Linux). */
export function readCharge(folder = '/sys/class/power_supply'): number | null {
  try {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith('BAT')) continue
      const percent = Number(readFileSync(join(folder, name, 'capacity'), 'utf8'))
      if (percent >= 0 && percent <= 100) return percent / 100
    }
  } catch {
    // No such folder: another system.
  }
  return null
}
