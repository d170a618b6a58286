import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { DockerConfig } from '../../config/elastic.ts'
import { createBootstrap } from './bootstrap.ts'
import type { Engine, EngineOptions } from './engine.ts'
import { explainNode, explainOther } from './node-words.ts'
import { askPiped, type PipedExit, startPiped } from './piped-program.ts'

/** Brings up a slave in a container, by the command line of Docker or Podman. */
export function dockerEngine(config: DockerConfig, options: EngineOptions): Engine {
  const { engine, image, node } = config
  const { env, onConsole } = options
  const client = { env, onText: onConsole }

  return {
    what: `${engine} run ${image}`,
    async launch() {
      const name = `triphammer-${options.name}-${options.id}-${randomBytes(3).toString('hex')}`
      const { script, payload } = createBootstrap({
        program: await readFile(options.packedSlave),
        version: options.version,
        name: options.name,
        basedir: config.basedir,
      })
      const program = startPiped(engine, [...runArguments(config, options, name), script], client)
      program.stdin.write(payload)
      return {
        stdin: program.stdin,
        stdout: program.stdout,
        exited: program.exited.then(exit => explain(exit, config)),
        kill() {
          program.kill()
        },
        // A client that was killed leaves its container running.
        async tidy() {
          const { status, failure } = await program.exited
          if (status === 0 || failure !== null) return
          await askPiped(engine, ['rm', '--force', name], { env, onText() {} })
        },
      }
    },
  }

  function runArguments(from: DockerConfig, { id }: EngineOptions, name: string): string[] {
    return [
      'run',
      '--rm',
      '--interactive',
      // Something must reap what the steps orphan. Podman's own is often not installed.
      ...(engine === 'docker' ? ['--init'] : []),
      '--name',
      name,
      '--label',
      `triphammer.master=${id}`,
      `--pull=${from.pull}`,
      ...(from.network === null ? [] : ['--network', from.network]),
      ...from.volumes.flatMap(volume => ['--volume', volume]),
      ...Object.entries(from.env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
      ...from.arguments,
      '--entrypoint',
      node,
      image,
      '-e',
    ]
  }
}

function explain(exit: PipedExit, { engine, image, node }: DockerConfig): string {
  const said = exit.lastLines.join('\n')
  if (exit.failure === 'absent')
    return `"${engine}" was not found on this machine: install it, or say with "engine:" which one there is (docker or podman)`
  if (
    /cannot connect to the docker daemon|is the docker daemon running|unable to connect to podman/i.test(
      said,
    )
  )
    return `the ${engine} service does not answer: start it, or see that DOCKER_HOST names the right one`
  if (/permission denied.*(socket|docker\.sock)/i.test(said))
    return `you may not use ${engine} on this machine: add your user to its group, or use podman`
  if (
    /no such image|unable to find image|pull access denied|manifest unknown|manifest for .* not found|repository does not exist|short-name|image not known/i.test(
      said,
    ) &&
    exit.status === 125
  )
    return `there is no image "${image}" that ${engine} could get (${exit.lastLines.at(-1)})`
  return (
    explainNode(exit, `image ${image}`, node) ??
    (exit.status === 137
      ? `the container was killed: perhaps it had too little memory`
      : explainOther(exit, `${engine} run`))
  )
}
