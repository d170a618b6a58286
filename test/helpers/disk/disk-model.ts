import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from './recorder.ts'

interface File {
  live: Buffer
  /** As it was when it was synced last. */
  durable: Buffer
}

interface Folder {
  readonly live: Map<string, Entry>
  /** As they were when the folder was synced last. */
  durable: Map<string, Entry>
}

type Entry = { readonly file: File } | { readonly folder: Folder }

/**
 * What is left after which accident. `killed`: everything that was done. `dropped`: a power
 * cut, and only what was synced is there, names included. `zeroed`: a power cut on a file
 * system that keeps names and lengths, and gives zeros for bytes that were not synced.
 */
export type Accident = 'killed' | 'dropped' | 'zeroed'

export const ACCIDENTS: readonly Accident[] = ['killed', 'dropped', 'zeroed']

/** A folder on a disk that forgets what was not synced. */
export class DiskModel {
  readonly #root: string
  readonly #top: Folder
  readonly #inodes = new Map<bigint, File>()

  /** Begins with what is there now, all of it durable. */
  constructor(root: string) {
    this.#root = root
    this.#top = this.#read(root)
  }

  apply(change: Change): void {
    switch (change.op) {
      case 'create': {
        const file: File = { live: Buffer.alloc(0), durable: Buffer.alloc(0) }
        this.#inodes.set(change.inode, file)
        this.#put(change.path, { file })
        return
      }
      case 'write': {
        const file = this.#inodes.get(change.inode)
        if (!file) return
        const size = Math.max(file.live.length, change.at + change.data.length)
        const live = Buffer.alloc(size)
        file.live.copy(live)
        change.data.copy(live, change.at)
        file.live = live
        return
      }
      case 'truncate': {
        const file = this.#inodes.get(change.inode)
        if (!file) return
        const live = Buffer.alloc(change.size)
        file.live.copy(live)
        file.live = live
        return
      }
      case 'sync':
        if (change.folder) {
          const found = this.#find(change.path)
          if (found && 'folder' in found) found.folder.durable = new Map(found.folder.live)
        } else {
          const file = this.#inodes.get(change.inode)
          if (file) file.durable = file.live
        }
        return
      case 'rename': {
        const entry = this.#find(change.from)
        if (!entry) return
        this.#remove(change.from)
        this.#put(change.to, entry)
        return
      }
      case 'link': {
        const entry = this.#find(change.from)
        if (entry && !this.#find(change.to)) this.#put(change.to, entry)
        return
      }
      case 'remove':
        this.#remove(change.path)
        return
      case 'folder':
        if (!this.#find(change.path))
          this.#put(change.path, { folder: { live: new Map(), durable: new Map() } })
    }
  }

  /** Writes what an accident leaves into an empty folder. */
  leave(accident: Accident, into: string): void {
    write(this.#top, accident, into)
  }

  #read(path: string): Folder {
    const live = new Map<string, Entry>()
    for (const name of readdirSync(path)) {
      const child = join(path, name)
      const { ino } = statSync(child, { bigint: true })
      if (statSync(child).isDirectory()) live.set(name, { folder: this.#read(child) })
      else {
        const bytes = readFileSync(child)
        const file = { live: bytes, durable: bytes }
        this.#inodes.set(ino, file)
        live.set(name, { file })
      }
    }
    return { live, durable: new Map(live) }
  }

  #find(path: string): Entry | undefined {
    const parts = path.slice(this.#root.length).split('/').filter(Boolean)
    let entry: Entry | undefined = { folder: this.#top }
    for (const part of parts) {
      if (!entry || !('folder' in entry)) return undefined
      entry = entry.folder.live.get(part)
    }
    return entry
  }

  // What asks for a folder that is not there was refused by the real disk as well.
  #put(path: string, entry: Entry): void {
    const [parent, name] = split(path)
    const found = this.#find(parent)
    if (found && 'folder' in found) found.folder.live.set(name, entry)
  }

  #remove(path: string): void {
    const [parent, name] = split(path)
    const found = this.#find(parent)
    if (found && 'folder' in found) found.folder.live.delete(name)
  }
}

function split(path: string): [string, string] {
  const at = path.lastIndexOf('/')
  return [path.slice(0, at), path.slice(at + 1)]
}

function write(folder: Folder, accident: Accident, into: string) {
  mkdirSync(into, { recursive: true })
  for (const [name, entry] of accident === 'dropped' ? folder.durable : folder.live) {
    const path = join(into, name)
    if ('folder' in entry) write(entry.folder, accident, path)
    // SQLite makes this anew, and never trusts what an earlier process left of it.
    else if (!name.endsWith('-shm')) writeFileSync(path, bytesOf(entry.file, accident))
  }
}

function bytesOf({ live, durable }: File, accident: Accident): Buffer {
  if (accident === 'killed' || live === durable) return live
  if (accident === 'dropped' || durable.length >= live.length) return durable
  const bytes = Buffer.alloc(live.length)
  durable.copy(bytes)
  return bytes
}
