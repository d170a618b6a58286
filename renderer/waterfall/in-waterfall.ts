import { go, routes } from '../store/route.ts'

/** Something of the waterfall that the palette offers in any view. */
export interface WaterfallCommand {
  readonly label: string
  run(): void
}

export function inWaterfall(label: string, act: () => void): WaterfallCommand {
  return {
    label,
    run() {
      // Where it is open already, it stays at its moment.
      if (!location.hash.startsWith(`#${routes.waterfall}`)) go(routes.waterfall)
      act()
    },
  }
}
