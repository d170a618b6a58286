import { bridge } from '../bridge.ts'
import { tell } from '../store/messages.ts'

type What = Parameters<typeof bridge.downloadUrl>[0]

/** Saves a log or a kept file where the browser, or the app, saves files. */
export async function download(what: What): Promise<void> {
  try {
    const link = document.createElement('a')
    link.href = await bridge.downloadUrl(what)
    link.download = ''
    link.click()
  } catch (error) {
    tell((error as Error).message, 'problem')
  }
}
