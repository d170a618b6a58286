import { PAIRING_FORM } from './pairing.ts'
import { asCount, asMap, asNumber, asString, type Fields, ProtocolError } from './parse.ts'

/** How a slave that listens introduces itself to whoever asks at HELLO_PATH. */
export interface Hello {
  readonly form: number
  readonly name: string
  /** It belongs to a master. Then it tells a stranger no more than this. */
  readonly taken: boolean
  readonly os: string
  readonly arch: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly version: string
  readonly capabilities: Readonly<Record<string, number>>
  /** `null`: it has no code that is good. */
  readonly codeGoodForMs: number | null
}

/**
 * Reads what a slave says of itself.
 *
 * @throws ProtocolError when it is no slave of ours.
 */
export function parseHello(value: unknown): Hello {
  const said = asMap(value, 'the answer')
  if (said.program !== 'triphammer-slave') throw new ProtocolError('this is no slave of ours')
  const form = asCount(said.form, 'form')
  const name = asString(said.name, 'name')
  const taken = said.taken === true
  // What a newer form holds is not for us to read.
  if (taken || form !== PAIRING_FORM) return { ...UNKNOWN, form, name, taken }
  return {
    form,
    name,
    taken,
    os: asString(said.os, 'os'),
    arch: asString(said.arch, 'arch'),
    cpus: asCount(said.cpus, 'cpus'),
    memoryBytes: asNumber(said.memoryBytes, 'memoryBytes'),
    version: asString(said.version, 'version'),
    capabilities: parseCapabilities(asMap(said.capabilities, 'capabilities')),
    codeGoodForMs:
      said.codeGoodForMs === null ? null : asCount(said.codeGoodForMs, 'codeGoodForMs'),
  }
}

export function helloMessage(hello: Hello): Fields {
  const { form, name, taken } = hello
  return { program: 'triphammer-slave', ...(taken ? { form, name, taken } : hello) }
}

const UNKNOWN = {
  os: '',
  arch: '',
  cpus: 0,
  memoryBytes: 0,
  version: '',
  capabilities: {},
  codeGoodForMs: null,
}

function parseCapabilities(map: Fields): Record<string, number> {
  return Object.fromEntries(
    Object.entries(map).map(([name, form]) => [name, asCount(form, `capabilities.${name}`)]),
  )
}
