import { EventEmitter } from 'node:events'
import { refuse } from './refuse.ts'

/** The event that Electron hands to listeners. */
export class DoubleEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

/** An emitter that knows which events it has, so that listening in vain is an error. */
export class DoubleEmitter extends EventEmitter {
  readonly #name: string
  readonly #events: readonly string[]

  constructor(name: string, events: readonly string[]) {
    super()
    this.#name = name
    this.#events = events
  }

  /** The events that can be listened to. */
  get knownEvents(): readonly string[] {
    return this.#events
  }

  override on(event: string, listener: (...args: never[]) => void): this {
    this.#check(event)
    return super.on(event, listener as never)
  }

  override once(event: string, listener: (...args: never[]) => void): this {
    this.#check(event)
    return super.once(event, listener as never)
  }

  override addListener(event: string, listener: (...args: never[]) => void): this {
    return this.on(event, listener)
  }

  #check(event: string) {
    if (!this.#events.includes(event)) refuse(`the event "${event}" of ${this.#name}`)
  }
}

/** Emits with an event that listeners can prevent. Returns whether one did. */
export function firePreventable(target: EventEmitter, name: string, ...args: unknown[]): boolean {
  const event = new DoubleEvent()
  target.emit(name, event, ...args)
  return event.defaultPrevented
}
