import type { EnvironmentInfo, Handlers } from './contract.ts'
import { mustBe } from './refused.ts'

/** What a shell knows of the environment that builds start from. */
export interface EnvironmentPort {
  show(): EnvironmentInfo
  /** Asks the person's shell again. */
  refresh(): Promise<EnvironmentInfo>
  /** Keeps it as it is now, whatever the dot files say later. */
  pin(): EnvironmentInfo
  unpin(): Promise<EnvironmentInfo>
}

type EnvironmentHandlers = Pick<
  Handlers,
  'environment:show' | 'environment:refresh' | 'environment:pin' | 'environment:unpin'
>

export function environmentHandlers(port: EnvironmentPort | undefined): EnvironmentHandlers {
  const there = () => mustBe(port, 'this master does not know its environment')
  return {
    'environment:show': () => there().show(),
    'environment:refresh': () => there().refresh(),
    'environment:pin': () => there().pin(),
    'environment:unpin': () => there().unpin(),
  }
}
