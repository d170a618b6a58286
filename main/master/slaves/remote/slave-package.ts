import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** The slave as a package, as it goes to another machine. */
export interface SlavePackage {
  /** Where it is on the master's machine. */
  readonly file: string
  readonly name: string
  readonly sha256: string
  /** What to type on the other machine to see that it is this file, and whole. */
  readonly check: string
}

/** Reads the slave's package, once. */
export interface SlavePackageSource {
  /** `undefined` where the app was not built. */
  describe(): SlavePackage | undefined
  /** The file, by the path of a request for it. */
  serve(path: string): Buffer | undefined
}

/** @param file See scripts/pack-slave.mjs. */
export function slavePackageSource(file: string | undefined): SlavePackageSource {
  let known: { readonly described: SlavePackage; readonly bytes: Buffer } | undefined
  const read = () => {
    try {
      if (file !== undefined) known ??= readPackage(file)
    } catch {
      // It is there after the next build.
    }
    return known
  }
  return {
    describe: () => read()?.described,
    serve: path => (path === `/${read()?.described.name}` ? read()!.bytes : undefined),
  }
}

/** What to type on another machine to get the package from a port of this master, and to check it. */
export function fetchCommand({ name, check }: SlavePackage, address: string): string {
  // The certificate is nobody's yet; that the file is the right one is seen by its hash.
  return `curl -fsSkO https://${address}/${name} && ${check}`
}

/** The same in reverse: a program for Node over there that takes the package from its standard input. */
export function receiveProgram({ name, sha256 }: SlavePackage): string {
  return (
    "let say=text=>{console.error(text);process.exit(1)},b=[];process.on('uncaughtException',e=>say(e.message));" +
    "process.stdin.on('data',d=>b.push(d)).on('end',()=>{b=Buffer.concat(b);" +
    `if(require('crypto').createHash('sha256').update(b).digest('hex')!='${sha256}')say('${name} did not arrive whole');` +
    `require('fs').writeFileSync('${name}',b)})`
  )
}

function readPackage(file: string) {
  const bytes = readFileSync(file)
  const name = basename(file)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  // In double quotes, with nothing that sh, cmd or PowerShell would take for its own.
  const check =
    `node -e "let h;try{h=require('crypto').createHash('sha256').update(require('fs').readFileSync('${name}')).digest('hex')}catch{}` +
    `if(h!='${sha256}'){console.error('${name} '+(h?'is not the file of this master':'is not in this folder'));process.exit(1)}"`
  // What is in an archive of Electron is outside of it for everybody else.
  const path = file.replace(/\bapp\.asar(?=[\\/])/, 'app.asar.unpacked')
  return { described: { file: path, name, sha256, check }, bytes }
}
