import { arrange, readPreferences } from '../store/preferences.ts'
import { inWaterfall, type WaterfallCommand } from './in-waterfall.ts'
import { SAVES } from './save-picture.ts'

/** What the palette offers of the waterfall's columns. */
export function columnCommands(): readonly WaterfallCommand[] {
  const { columns, all } = readPreferences().arrangement
  const offer = (label: string, change: Parameters<typeof arrange>[0]) =>
    inWaterfall(label, () => arrange(change))
  return [
    columns === 'builders'
      ? offer('Columns of slaves', { columns: 'slaves' })
      : offer('Columns of builders', { columns: 'builders' }),
    offer('Narrow columns', { width: 'narrow' }),
    offer('Comfortable columns', { width: 'comfortable' }),
    offer('Columns as wide as there is room', { width: 'automatic' }),
    offer('Group columns by project', { group: 'project', folded: [] }),
    offer('Group columns by tag', { group: 'tag', folded: [] }),
    offer('Columns without groups', { group: 'none', folded: [] }),
    ...SAVES.map(({ label, run }) => ({ label, run: () => void run() })),
    offer(all ? 'Hide archived columns' : 'Show archived columns', { all: !all }),
  ]
}
