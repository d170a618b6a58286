import type { MenuItemConstructorOptions, NativeImage } from 'electron'
import type { Stop } from '../../master/model.ts'
import { RESULT_NAMES } from '../../master/results.ts'
import type { ElectronPorts, TrayPort } from '../ports.ts'
import { drawIcon } from './icon.ts'
import type { DeskStanding } from './standing.ts'

export interface TrayActions {
  show(): void
  /** Goes to a place in the window. */
  open(place: string): void
  quit(): void
}

const MOST_ITEMS = 8

/**
 * The item in the tray, or in the menu bar of macOS: the worst result as a shape, a
 * mark while builds run, and in words on pointing at it.
 */
export function openTray(
  { createTray, nativeImage, menu }: Pick<ElectronPorts, 'createTray' | 'menu' | 'nativeImage'>,
  platform: NodeJS.Platform,
  standing: DeskStanding,
  actions: TrayActions,
): { update(standing: DeskStanding): void; close: Stop } {
  let shown = pictureOf(standing)
  const tray: TrayPort = createTray(iconOf(standing))
  // On macOS a click opens the menu, as people expect there.
  if (platform !== 'darwin') tray.on('click', () => actions.show())
  update(standing)
  return { update, close: () => tray.destroy() }

  function update(now: DeskStanding) {
    if (pictureOf(now) !== shown) tray.setImage(iconOf(now))
    shown = pictureOf(now)
    tray.setToolTip(standingWords(now))
    tray.setContextMenu(menu.buildFromTemplate(trayMenu(now, actions)))
  }

  function iconOf({ worst, running }: DeskStanding): NativeImage {
    const mac = platform === 'darwin'
    const [small, large] = mac ? [18, 36] : [16, 32]
    const draw = (size: number) => drawIcon(worst, running.length > 0, size, mac)
    const image = nativeImage.createFromBitmap(draw(small).pixels, { width: small, height: small })
    image.addRepresentation({
      scaleFactor: 2,
      width: large,
      height: large,
      buffer: nativeImage
        .createFromBitmap(draw(large).pixels, { width: large, height: large })
        .toPNG(),
    })
    if (mac) image.setTemplateImage(true)
    return image
  }
}

// All that the icon shows of it: drawing one for each piece of news would be felt.
function pictureOf({ worst, running }: DeskStanding): string {
  return `${worst} ${running.length > 0}`
}

/** `1 red: calc-linux; 2 builds run; 3 wait`. */
export function standingWords({ worst, red, running, waiting }: DeskStanding): string {
  const names = red.slice(0, 3).map(one => one.name)
  const more = red.length > names.length ? ` and ${red.length - names.length} more` : ''
  const parts = [
    red.length > 0
      ? `${red.length} red: ${names.join(', ')}${more}`
      : worst === null
        ? 'nothing built yet'
        : `nothing red, ${RESULT_NAMES[worst]} at worst`,
    running.length > 0 && `${running.length} ${running.length === 1 ? 'build runs' : 'builds run'}`,
    waiting > 0 && `${waiting} ${waiting === 1 ? 'waits' : 'wait'}`,
  ]
  return `Triphammer: ${parts.filter(Boolean).join('; ')}`
}

export function trayMenu(
  { red, running, waiting }: DeskStanding,
  { show, open, quit }: TrayActions,
): MenuItemConstructorOptions[] {
  const item = (id: string, label: string, place: string): MenuItemConstructorOptions => ({
    id,
    label,
    click: () => open(place),
  })
  const placeOf = (name: string, number: number) => `/builds/${encodeURIComponent(name)}/${number}`
  const bad = red
    .slice(0, MOST_ITEMS)
    .map(({ name, build }) =>
      item(
        `red-${build.id}`,
        `${name} #${build.number}: ${build.stateString}`,
        placeOf(name, build.number),
      ),
    )
  const busy = running
    .slice(0, MOST_ITEMS)
    .map(({ name, build }) =>
      item(`running-${build.id}`, `${name} #${build.number} runs`, placeOf(name, build.number)),
    )
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  return [
    { id: 'tray-show', label: 'Open Triphammer', click: show },
    separator,
    ...(bad.length > 0 ? bad : [{ label: 'Nothing is red', enabled: false }]),
    separator,
    ...(busy.length > 0 ? busy : [{ label: 'Nothing runs', enabled: false }]),
    ...(waiting > 0 ? [item('tray-waiting', `${waiting} waiting`, '/waterfall')] : []),
    separator,
    { id: 'tray-quit', label: 'Quit', click: quit },
  ]
}
