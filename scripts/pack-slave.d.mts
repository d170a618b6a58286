/** Writes `slave-packed.mjs` into a folder. */
export function packSlave(folder: string): Promise<void>
