import { readFileSync } from 'node:fs'
import type { WebSocket } from 'ws'
import { listenForMaster } from './listen.ts'

/** How a slave and its master come by a link. After that there is no difference. */
export type Door = (way: Doorway) => Promise<OpenDoor>

export interface Doorway {
  /** Takes a link of the master. */
  onMaster(socket: WebSocket): void
  say(topic: string, text: string): void
}

export interface OpenDoor {
  close(): void
}

/** A private socket, on which the master of this machine shows a key. */
export function socketDoor(path: string, keyFile: string): Door {
  const key = readKey(keyFile)
  return async ({ onMaster, say }) => {
    const door = await listenForMaster(path, key, onMaster)
    say('slave', 'waits for the master')
    return door
  }
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : message
    throw new Error(`the key file ${file} can't be read: ${why}`)
  }
}
