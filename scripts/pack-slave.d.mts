export function packSlave(folder: string): Promise<string>
