import { readFileSync } from 'node:fs'
import type { WebSocket } from 'ws'
import { listenForMaster } from './listen.ts'
import { listenOnStdio } from './stdio.ts'

/** How a slave and its master come by a link. After that there is no difference. */
export type Door = (way: Doorway) => Promise<OpenDoor>

export interface Doorway {
  /** Takes a link of the master. */
  onMaster(socket: WebSocket): void
  say(topic: string, text: string): void
}

export interface OpenDoor {
  /** When its one link is lost there will be no other. */
  readonly single?: boolean
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

/** The pipes of whoever started us for the master, as `docker run -i` and `ssh` give them. */
export function stdioDoor(): Door {
  return async ({ onMaster }) => ({ ...listenOnStdio(onMaster), single: true })
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
