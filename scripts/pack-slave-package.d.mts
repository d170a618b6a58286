/** Writes `triphammer-slave-<version>.tgz` into a folder. Returns its path. */
export function packSlavePackage(folder: string): Promise<string>
