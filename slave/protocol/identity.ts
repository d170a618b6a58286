import { X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Certificate, makeCertificate } from './certificate.ts'
import { fingerprintOf } from './fingerprint.ts'
import { writeWhole } from './write-whole.ts'

/** What one end of an encrypted link shows of itself. */
export interface Identity extends Certificate {
  readonly fingerprint: string
}

/**
 * The key and certificate that are kept in a folder; made at first use. Whoever
 * pinned the certificate must find it again, so one that can't be read is never
 * replaced by a new one.
 *
 * @throws Error that says in one sentence what is wrong with the file.
 */
export function ensureIdentity(folder: string, file: string, name: string): Identity {
  const path = join(folder, file)
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { key, certificate } = makeCertificate(name)
    writeWhole(path, key + certificate)
  }
  // A copy or a backup may have come back with another mode.
  if (process.platform !== 'win32') chmodSync(path, 0o600)
  return readIdentity(readFileSync(path, 'utf8'), path)
}

function readIdentity(text: string, path: string): Identity {
  const [key] = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----\n/.exec(text) ?? []
  const [certificate] =
    /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/.exec(text) ?? []
  try {
    if (!key || !certificate) throw new Error('it is not whole')
    return { key, certificate, fingerprint: fingerprintOf(new X509Certificate(certificate).raw) }
  } catch (error) {
    throw new Error(
      `${path} holds the certificate of this end and can't be read (${(error as Error).message}). ` +
        'Put it back from a backup, or remove it: then a new one is made, and the other end has to be told its fingerprint.',
    )
  }
}
