import { callHandler } from '../../main/bridge/call.ts'
import type { Answer, Arguments, Channel, Handlers } from '../../main/bridge/contract.ts'
import { createHandlers } from '../../main/bridge/handlers.ts'
import { createNews, type News } from '../../main/bridge/news.ts'
import type { Master } from '../../main/master/master.ts'
import { later } from './cleanup.ts'

export interface TestBridge {
  readonly handlers: Handlers
  readonly news: News
  /** Asks as a window does; rejects with the sentence of the reply. */
  ask<C extends Channel>(channel: C, ...args: Arguments<C>): Promise<Answer<C>>
  /** What nobody expected, as the app's log has it. */
  readonly faults: readonly string[]
}

/** What a window speaks with, of a master that runs. */
export function openBridge(master: Master): TestBridge {
  const news = createNews(master)
  later(() => news.stop())
  const handlers = createHandlers(master, news, {
    chooseFolder: async () => null,
    freeBytes: async () => null,
  })
  const faults: string[] = []
  return {
    handlers,
    news,
    faults,
    async ask(channel, ...args) {
      // As it comes over the edge of a process: JSON.
      const sent = JSON.parse(JSON.stringify(args))
      const reply = await callHandler(handlers, channel, sent, text => faults.push(text))
      if (!reply.ok) throw new Error(reply.error)
      return reply.value as never
    },
  }
}
