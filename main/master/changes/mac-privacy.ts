import { readdir } from 'node:fs/promises'

/**
 * Looks into a folder as git will. macOS asks the person first for folders such as Documents, and when that was
 * denied git only says that there is no repository.
 *
 * @throws Error that says where it can be allowed.
 */
export async function mustBeReadable(
  folder: string,
  look: (folder: string) => Promise<unknown> = readdir,
): Promise<void> {
  if (process.platform !== 'darwin') return
  await look(folder).catch(({ code }: NodeJS.ErrnoException) => {
    // A lack of rights in the file system itself is EACCES.
    if (code === 'EPERM')
      throw new Error(
        `macOS does not let Triphammer read ${folder}. Allow it in System Settings, Privacy & Security, Files and Folders.`,
      )
  })
}
