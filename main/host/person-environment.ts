import { scrubEnvironment } from '../../slave/environment.ts'
import { APP_ROOT } from './app-root.ts'

/** This process's environment without what Electron, an AppImage, npm and this app added to it. */
export function personEnvironment(): Record<string, string> {
  return scrubEnvironment(process.env, APP_ROOT)
}
